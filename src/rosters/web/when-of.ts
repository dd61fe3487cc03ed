import { dayTitle, timeOfDay } from '../../platform/i18n/format.ts';
import { locale } from '../../platform/web/t.ts';

/** Day and time of an instant as the viewer's clock shows it. */
export function whenOf(instant: string): string {
  const at = new Date(instant);
  const day = at.toLocaleDateString('sv-SE');
  return `${dayTitle(day, locale(), new Date().getFullYear())} ${timeOfDay(at, Intl.DateTimeFormat().resolvedOptions().timeZone)}`;
}
