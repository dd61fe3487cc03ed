import type { Locale } from '../i18n/words.ts';

const YEAR_SECONDS = 31_536_000;

/** Remembers the language a reader chose on this device and shows the page in it. */
export function chooseLanguage(locale: Locale): void {
  document.cookie = `nol_lang=${locale}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
  location.reload();
}

/** The other language, under its own name. */
export function otherLanguage(locale: Locale): { locale: Locale; name: string } {
  return locale === 'en' ? { locale: 'zh-CN', name: '中文' } : { locale: 'en', name: 'English' };
}
