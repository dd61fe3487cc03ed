import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface NationalYear {
  readonly year: number;
  /** false: the State Council had not published the year's notice when this file was written. */
  readonly published: boolean;
  readonly notice: string | null;
  readonly days: readonly {
    readonly day: string;
    readonly kind: 'holiday' | 'makeUp';
    readonly name: string;
  }[];
}

const FOLDER = join(import.meta.dirname, 'holidays');

/** The years shipped in `holidays/*.json`, retold from the State Council's notices; oldest first. */
export function nationalYears(folder = FOLDER): NationalYear[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}\.json$/.test(name))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as NationalYear);
}
