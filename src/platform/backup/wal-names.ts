/** A position in PostgreSQL's log of changes, as in `0/3000028`. */
export type Lsn = string;

export function lsnToNumber(lsn: Lsn): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** Where in the log a position lies: the segment and the bytes before it in that segment. */
export interface WalPlace {
  readonly segment: bigint;
  readonly offset: number;
}

export function placeOf(lsn: Lsn, segmentBytes: number): WalPlace {
  const position = lsnToNumber(lsn);
  return { segment: position / BigInt(segmentBytes), offset: Number(position % BigInt(segmentBytes)) };
}

export function lsnOf({ segment, offset }: WalPlace, segmentBytes: number): Lsn {
  const position = segment * BigInt(segmentBytes) + BigInt(offset);
  return `${(position >> 32n).toString(16).toUpperCase()}/${(position & 0xffffffffn).toString(16).toUpperCase()}`;
}

/** `000000010000000000000003`: timeline, high and low half of the number, eight hex digits each. */
export function segmentName(timeline: number, segment: bigint, segmentBytes: number): string {
  const perHigh = 0x1_0000_0000n / BigInt(segmentBytes);
  const hex = (value: bigint) => value.toString(16).toUpperCase().padStart(8, '0');
  return `${hex(BigInt(timeline))}${hex(segment / perHigh)}${hex(segment % perHigh)}`;
}

/** @returns `null` when the name is not that of a segment. */
export function parseSegmentName(
  name: string,
  segmentBytes: number,
): { timeline: number; segment: bigint } | null {
  const [, timeline, high, low] = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/.exec(name) ?? [];
  if (timeline === undefined || high === undefined || low === undefined) return null;
  const perHigh = 0x1_0000_0000n / BigInt(segmentBytes);
  return {
    timeline: Number.parseInt(timeline, 16),
    segment: BigInt(`0x${high}`) * perHigh + BigInt(`0x${low}`),
  };
}
