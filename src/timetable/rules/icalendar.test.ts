import fc from 'fast-check';
import { expect, test } from 'vitest';
import { icalendar, type CalendarEvent } from './icalendar.ts';

const event: CalendarEvent = {
  uid: '01a2@not-one-less',
  sequence: 0,
  startsAt: new Date('2026-11-25T00:30:00Z'),
  endsAt: new Date('2026-11-25T00:55:00Z'),
  summary: '数学 · 林佳禾',
  description: null,
  location: null,
  url: 'https://school.example/room/2026-11-25/01a2',
  isCancelled: false,
};
const textOf = (...events: Partial<CalendarEvent>[]) =>
  icalendar({
    name: '五（1）班',
    revisedAt: new Date('2026-11-20T08:00:00Z'),
    events: events.map((change) => ({ ...event, ...change })),
  });
/** What a calendar program reads: folds undone, one property a line. */
const unfolded = (text: string) => text.replace(/\r\n[ \t]/g, '').split('\r\n');

test('a lesson is an event in UTC with its room', () => {
  const lines = unfolded(textOf({}));
  expect(lines).toEqual(
    expect.arrayContaining([
      'UID:01a2@not-one-less',
      'SEQUENCE:0',
      'DTSTAMP:20261120T080000Z',
      'DTSTART:20261125T003000Z',
      'DTEND:20261125T005500Z',
      'SUMMARY:数学 · 林佳禾',
      'STATUS:CONFIRMED',
    ]),
  );
  expect([lines[0], lines.at(-2), lines.at(-1)]).toEqual(['BEGIN:VCALENDAR', 'END:VCALENDAR', '']);
});

test('a cancelled lesson stays, cancelled, and blocks no time', () => {
  expect(unfolded(textOf({ isCancelled: true, sequence: 2 }))).toEqual(
    expect.arrayContaining(['SEQUENCE:2', 'STATUS:CANCELLED', 'TRANSP:TRANSPARENT']),
  );
});

test('marks with a meaning and line breaks are escaped, so that no text can begin a property of its own', () => {
  const lines = unfolded(textOf({ description: '带书, 尺; 作业\\本\r\nATTENDEE:x\nEND:VEVENT' }));
  expect(lines).toContain('DESCRIPTION:带书\\, 尺\\; 作业\\\\本\\nATTENDEE:x\\nEND:VEVENT');
  expect(lines.filter((line) => line.startsWith('ATTENDEE'))).toEqual([]);
});

test('no line is longer than 75 octets, no character is cut, and every text comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (summary) => {
      const text = textOf({ summary });
      for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      expect(text).not.toContain('\uFFFD');
      const read = unfolded(text)
        .find((line) => line.startsWith('SUMMARY:'))
        ?.slice('SUMMARY:'.length)
        .replace(/\\n/g, '\n')
        .replace(/\\([\\;,])/g, '$1');
      // Line breaks of every kind read back as one; other control characters have no place in a calendar.
      const kept = summary.replace(/\r\n|\r/g, '\n').replace(/(?!\n)\p{Cc}/gu, '');
      if (!summary.includes('\\')) expect(read).toBe(kept);
    }),
  );
});
