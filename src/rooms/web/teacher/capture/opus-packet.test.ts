import { expect, test } from 'vitest';
import { opusPacketUs } from './opus-packet.ts';

test.each([
  { bytes: [0b00011000], us: 60_000, why: 'SILK, 60 ms, one frame' },
  { bytes: [0b01001000], us: 20_000, why: 'SILK wideband, 20 ms' },
  { bytes: [0b01101001], us: 40_000, why: 'hybrid, two frames of 20 ms' },
  { bytes: [0b11111011, 3], us: 60_000, why: 'CELT, three frames of 20 ms' },
])('$why lasts $us µs', ({ bytes, us }) => {
  expect(opusPacketUs(Uint8Array.from(bytes))).toBe(us);
});
