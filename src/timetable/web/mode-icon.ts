const ICONS: Readonly<Record<string, string>> = {
  live: 'live',
  recording: 'vod',
  external: 'share',
  contacted: 'phone',
  tv: 'tv',
  'self-study': 'book',
  questions: 'qa',
  phone: 'phone',
  paper: 'paper',
};

/** Name in `icons.css` of a way of teaching; a way added later shows as a lesson in the timetable. */
export function modeIcon(mode: string): string {
  return ICONS[mode] ?? 'grid';
}
