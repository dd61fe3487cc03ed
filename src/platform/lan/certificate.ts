import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';

// The library takes its classes from a container that needs reflection metadata.
import 'reflect-metadata/lite';
import * as x509 from '@peculiar/x509';

import { errorCode } from '../start-refusal.ts';

export interface LanCertificate {
  readonly key: string;
  /** The server's certificate and the authority's, PEM. */
  readonly cert: string;
  /** The authority's certificate alone, PEM: what a telephone installs to trust this machine. */
  readonly authority: string;
}

interface StoredPair {
  readonly key: string;
  readonly cert: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;

/**
 * A certificate for the machine's present addresses, signed by an authority of our own that stays the
 * same in `folder`, so that a telephone which trusts it once trusts it at the next start too.
 *
 * @param folder - `DATA_DIR/lan`; made readable by its owner only.
 * @param names - host names and IP addresses the certificate is for.
 */
export async function lanCertificate(
  folder: string,
  names: readonly string[],
  now: Date,
): Promise<LanCertificate> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = (await readPair(folder, 'authority')) ?? (await makeAuthority(folder, now));
  const issuer = new x509.X509Certificate(authority.cert);
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=Not One Less',
    issuer: issuer.subject,
    notBefore: new Date(now.getTime() - dayMs),
    // Telephones refuse certificates that live longer than 398 days.
    notAfter: new Date(now.getTime() + 90 * dayMs),
    signingKey: await importKey(authority.key),
    publicKey: keys.publicKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const), value: name })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return {
    key: await exportKey(keys.privateKey),
    cert: `${certificate.toString('pem')}\n${authority.cert}`,
    authority: authority.cert,
  };
}

async function makeAuthority(folder: string, now: Date): Promise<StoredPair> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=Not One Less LAN trial ${now.toISOString().slice(0, 10)}`,
    notBefore: new Date(now.getTime() - dayMs),
    notAfter: new Date(now.getTime() + 2 * 365 * dayMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pair = { key: await exportKey(keys.privateKey), cert: certificate.toString('pem') };
  for (const [name, content] of [
    ['authority.key', pair.key],
    ['authority.crt', pair.cert],
  ] as const) {
    await writeFile(join(folder, `${name}.draft`), content, { mode: 0o600 });
    await rename(join(folder, `${name}.draft`), join(folder, name));
  }
  return pair;
}

async function readPair(folder: string, name: string): Promise<StoredPair | null> {
  try {
    const [key, cert] = await Promise.all([
      readFile(join(folder, `${name}.key`), 'utf8'),
      readFile(join(folder, `${name}.crt`), 'utf8'),
    ]);
    return { key, cert };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function exportKey(key: CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return x509.PemConverter.encode(bytes, 'PRIVATE KEY');
}

async function importKey(pem: string): Promise<CryptoKey> {
  const [bytes] = x509.PemConverter.decode(pem);
  if (bytes === undefined) throw new Error('the key of the LAN authority is not PEM');
  return crypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']);
}

function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  // Positive, as RFC 5280 asks.
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return Buffer.from(bytes).toString('hex');
}
