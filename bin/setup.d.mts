/** A parsed package-lock.json, as far as the comparison looks. */
interface LockFile {
  packages?: Partial<
    Record<string, { version?: string; integrity?: string; optional?: boolean; link?: boolean }>
  >;
}
export function installedMatchesLock(lock: LockFile, installed: LockFile): boolean;
export function localeOf(env: Record<string, string | undefined>): 'zh' | 'en' | '';
export function say(zh: string, en: string, locale?: 'zh' | 'en' | ''): void;
