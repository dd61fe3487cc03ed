import { timeOfDay } from '../../platform/i18n/format.ts';
import { t } from '../../platform/web/t.ts';
import type { Evidence } from '../rules/attendance.ts';

const minutesOf = (seconds: number): number => (seconds > 0 ? Math.max(1, Math.round(seconds / 60)) : 0);

/**
 * Why a state is what it is, as plain sentences in the order things happened. No blame: what was heard and
 * what would be enough, never a verdict.
 *
 * @param evidence - null before anything is known: no sentence.
 */
export function evidenceText(evidence: Evidence | null, timeZone: string): string[] {
  if (evidence === null) return [];
  const said: string[] = [];
  if (evidence.notTaught) said.push(t('reach.evidence.notTaught'));
  if (evidence.enteredAt)
    said.push(t('reach.evidence.entered', { time: timeOfDay(evidence.enteredAt, timeZone) }));
  for (const away of evidence.away ?? []) {
    said.push(
      t('reach.evidence.away', { from: timeOfDay(away.from, timeZone), to: timeOfDay(away.to, timeZone) }),
    );
  }
  if (evidence.enteredAt && evidence.taughtSeconds !== undefined) {
    said.push(
      t('reach.evidence.attended', {
        attended: minutesOf(evidence.attendedSeconds || 0),
        taught: minutesOf(evidence.taughtSeconds),
      }),
    );
  }
  if (evidence.lateMinutes !== undefined)
    said.push(t('reach.evidence.late', { minutes: evidence.lateMinutes }));
  if (evidence.leftEarlyPercent !== undefined)
    said.push(t('reach.evidence.needAttend', { percent: evidence.leftEarlyPercent }));
  said.push(...replayText(evidence), ...wordText(evidence));
  return said.length > 0 ? said : [t('reach.evidence.nothing')];
}

function replayText({ heardSeconds, voiceSeconds, madeUpPercent }: Evidence): string[] {
  if (heardSeconds === undefined) return [];
  const heard = minutesOf(heardSeconds);
  const said = [
    voiceSeconds === undefined
      ? t('reach.evidence.heardOnly', { heard })
      : t('reach.evidence.heard', { heard, voice: minutesOf(voiceSeconds) }),
  ];
  if (madeUpPercent !== undefined) said.push(t('reach.evidence.needMadeUp', { percent: madeUpPercent }));
  return said;
}

/** Whose word it was, and the reason given. */
function wordText({ reason, excusedByStaff, source }: Evidence): string[] {
  const said: string[] = [];
  const told = reason === undefined ? null : reasonWord(reason);
  if (told !== null) said.push(t('reach.evidence.reason', { reason: told }));
  else if (excusedByStaff) said.push(t('reach.evidence.excused'));
  const who = source === undefined ? null : sourceWord(source);
  if (who !== null) said.push(who);
  return said;
}

function reasonWord(reason: string): string | null {
  switch (reason) {
    case 'noDevice':
    case 'noNetwork':
    case 'noData':
    case 'sharedPhone':
    case 'ill':
    case 'other':
      return t(`reach.reason.${reason}`);
    case 'deviceFailed':
    case 'networkFailed':
    case 'powerFailed':
      return t(`reach.contest.${reason}`);
    default:
      return null;
  }
}

function sourceWord(source: string): string | null {
  switch (source) {
    case 'correction':
    case 'contact':
    case 'rollCall':
    case 'room':
    case 'recording':
    case 'external':
    case 'excuse':
      return t(`reach.source.${source}`);
    default:
      return null;
  }
}
