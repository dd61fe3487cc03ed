import { networkInterfaces } from 'node:os';

/** IPv4 addresses of this machine that its neighbours can reach, the likeliest first. */
export function lanAddresses(interfaces = networkInterfaces()): string[] {
  const found: string[] = [];
  for (const [name, addresses = []] of Object.entries(interfaces)) {
    // Bridges of containers and virtual machines lead nowhere outside.
    if (/^(docker|br-|veth|virbr|vmnet|utun)/.test(name)) continue;
    for (const { family, internal, address } of addresses) {
      // 169.254.x.x: given by nobody, reaches nobody.
      if (family === 'IPv4' && !internal && !address.startsWith('169.254.')) found.push(address);
    }
  }
  const rank = (address: string) =>
    address.startsWith('192.168.') ? 0 : /^(10|172\.(1[6-9]|2\d|3[01]))\./.test(address) ? 1 : 2;
  return found.sort((a, b) => rank(a) - rank(b));
}
