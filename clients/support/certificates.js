// Certificates for 127.0.0.1, made at run time by openssl: one authority, which the measured processes trust, and one that
// they do not.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });

/** Makes every certificate in `folder` and returns where the authority's own lies. */
export function makeCertificates(folder) {
  const at = (name) => join(folder, name);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-days',
    '2',
    '-subj',
    '/CN=measured',
  );
  for (const [name, host] of Object.entries({
    valid: 'IP:127.0.0.1',
    expired: 'IP:127.0.0.1',
    'other-host': 'DNS:other.test',
  })) {
    openssl('req', ...curve, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', '/CN=127.0.0.1');
    writeFileSync(at('extensions'), `subjectAltName=${host}\n`);
    // A negative number of days is a certificate that is over.
    const days = name === 'expired' ? '-1' : '2';
    const signed = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('extensions')];
    openssl('x509', '-req', '-in', at(`${name}.csr`), ...signed, '-days', days, '-out', at(`${name}.crt`));
  }
  const own = [
    '-keyout',
    at('self-signed.key'),
    '-out',
    at('self-signed.crt'),
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  ];
  openssl('req', '-x509', ...curve, ...own, '-days', '2', '-subj', '/CN=127.0.0.1');
  return at('ca.crt');
}

export function certificate(folder, name) {
  return { key: readFileSync(join(folder, `${name}.key`)), cert: readFileSync(join(folder, `${name}.crt`)) };
}
