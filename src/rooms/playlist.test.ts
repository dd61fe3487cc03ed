import { expect, test } from 'vitest';
import { voicePlaylist } from './playlist.ts';

test('a lesson is listed from its beginning to its end, a gap is marked', () => {
  const segments = [1, 2, 4].map((n) => ({ n, durationMs: 1980 }));
  expect(voicePlaylist(segments, (n) => `v/${n}`).split('\n')).toEqual([
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-TARGETDURATION:2',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    '#EXT-X-MAP:URI="v/0"',
    '#EXTINF:1.980,',
    'v/1',
    '#EXTINF:1.980,',
    'v/2',
    '#EXT-X-DISCONTINUITY',
    '#EXTINF:1.980,',
    'v/4',
    '#EXT-X-ENDLIST',
    '',
  ]);
});
