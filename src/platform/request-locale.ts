import type { FastifyRequest } from 'fastify';
import { chooseLocale, type Locale } from './i18n/words.ts';

/** Language of the reader of this answer: chosen by hand (cookie `nol_lang`), else the browser's, else Chinese. */
export function localeOf(request: FastifyRequest): Locale {
  return chooseLocale(request.cookies?.['nol_lang'], request.headers['accept-language']);
}
