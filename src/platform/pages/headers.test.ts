import { expect, test } from 'vitest';

import { securityHeaders } from './headers.ts';

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy':
    'camera=(self), microphone=(self), screen-wake-lock=(self), autoplay=(self), display-capture=(self), geolocation=(), payment=(), usb=(), serial=(), midi=()',
  'x-dns-prefetch-control': 'off',
  'x-permitted-cross-domain-policies': 'none',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
};

test('the headers of every answer are these and no others', () => {
  expect(securityHeaders({ isPublicTls: false })).toEqual(always);
  expect(securityHeaders({ isPublicTls: true })).toEqual({
    ...always,
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
  });
});
