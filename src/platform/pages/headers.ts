/**
 * The content policy of an HTML page: nothing from elsewhere, nothing inline, no text that becomes markup.
 *
 * @param styleNonce - for the console only, whose antd writes its styles at run time; other pages have static CSS.
 */
export function contentPolicy(styleNonce?: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'${styleNonce ? ` 'nonce-${styleNonce}'` : ''}`,
    `connect-src 'self'`,
    `img-src 'self' blob: data:`,
    `media-src 'self' blob:`,
    `worker-src 'self'`,
    `manifest-src 'self'`,
    `font-src 'self'`,
    `form-action 'self'`,
    `base-uri 'none'`,
    `object-src 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    'trusted-types default nol',
  ].join('; ');
}

/** For everything that is no page: even opened by hand it can do nothing. */
export const DATA_POLICY = `default-src 'none'; frame-ancestors 'none'; sandbox`;

/** Two years, as browsers' preload lists ask; only sent over TLS that is not a trial's own authority. */
const HSTS = 'max-age=63072000; includeSubDomains';

/**
 * Headers of every answer of the server.
 *
 * @param isPublicTls - behind a real certificate: the browser may insist on TLS from now on.
 */
export function securityHeaders({ isPublicTls }: { isPublicTls: boolean }): Record<string, string> {
  return {
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
    'content-security-policy': DATA_POLICY,
    ...(isPublicTls ? { 'strict-transport-security': HSTS } : {}),
  };
}
