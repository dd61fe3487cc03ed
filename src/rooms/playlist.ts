/** A voice segment as a playlist lists it. */
export interface PlaylistSegment {
  readonly n: number;
  readonly durationMs: number;
}

/**
 * The voice of an ended lesson as an HLS playlist (RFC 8216) for any standard player.
 *
 * @param segments - ascending by number, the init segment left out; a missing number is marked as a break.
 * @param addressOf - address of a segment relative to the playlist; 0 is the init segment.
 */
export function voicePlaylist(
  segments: readonly PlaylistSegment[],
  addressOf: (n: number) => string,
): string {
  const longest = Math.max(1, ...segments.map(({ durationMs }) => Math.ceil(durationMs / 1000)));
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${longest}`,
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${addressOf(0)}"`,
  ];
  segments.forEach(({ n, durationMs }, place) => {
    const before = segments[place - 1];
    if (before !== undefined && before.n + 1 !== n) lines.push('#EXT-X-DISCONTINUITY');
    lines.push(`#EXTINF:${(durationMs / 1000).toFixed(3)},`, addressOf(n));
  });
  lines.push('#EXT-X-ENDLIST', '');
  return lines.join('\n');
}
