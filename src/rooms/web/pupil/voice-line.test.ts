import { expect, test } from 'vitest';
import { voiceLine, type VoiceSituation } from './voice-line.ts';

const fine: VoiceSituation = {
  voice: 'playing',
  feed: 'flowing',
  hasVoice: true,
  isFirst: false,
  isPaused: false,
  isEnded: false,
  isQuiet: false,
  lateMs: 0,
};

test.each<Partial<VoiceSituation> & { line: string; why: string }>([
  { line: 'speaking', why: 'all is well' },
  { line: 'quiet', isQuiet: true, why: 'the teacher writes and says nothing' },
  { line: 'late', lateMs: 20_000, why: 'words kept from an outage are being heard' },
  { line: 'refused', voice: 'refused', isPaused: true, why: 'the pupil must touch the screen first' },
  {
    line: 'rejoining',
    voice: 'waiting',
    feed: 'broken',
    why: 'the line is down and nothing is left to play',
  },
  { line: 'speaking', feed: 'broken', why: 'a broken line does not matter while there is voice in hand' },
  { line: 'paused', voice: 'waiting', isPaused: true, why: 'the teacher stopped everybody' },
  {
    line: 'before',
    voice: 'starting',
    hasVoice: false,
    isFirst: true,
    why: 'the teacher has not spoken yet',
  },
  { line: 'getting', voice: 'starting', hasVoice: false, why: 'the first words are on their way' },
  { line: 'held', voice: 'paused', why: 'a telephone call took the loudspeaker' },
  { line: 'unplayable', voice: 'unplayable', why: 'the device cannot play the voice' },
  { line: 'speaking', isEnded: true, why: 'the last words are heard to the end after the bell' },
  { line: 'ended', isEnded: true, voice: 'waiting', why: 'all was heard' },
])('$why: $line', (sample) => {
  expect(voiceLine({ ...fine, ...sample })).toBe(sample.line);
});
