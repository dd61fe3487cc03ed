import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** IPv4 networks that are no place on the public internet: own networks, this machine, documentation, multicast. */
const NOT_PUBLIC: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
const blocked = new BlockList();
for (const [network, bits] of NOT_PUBLIC) blocked.addSubnet(network, bits, 'ipv4');

/** Global unicast is the one open part of IPv6; what carries an IPv4 address inside (6to4, Teredo) or documents is not. */
const open = new BlockList();
open.addSubnet('2000::', 3, 'ipv6');
const carriers = new BlockList();
carriers.addSubnet('2001::', 32, 'ipv6');
carriers.addSubnet('2001:db8::', 32, 'ipv6');
carriers.addSubnet('2002::', 16, 'ipv6');

/** Networks that people run at home: theirs to open by name. Neither this machine, nor link-local, nor the rest. */
const intranet = new BlockList();
intranet.addSubnet('10.0.0.0', 8, 'ipv4');
intranet.addSubnet('100.64.0.0', 10, 'ipv4');
intranet.addSubnet('172.16.0.0', 12, 'ipv4');
intranet.addSubnet('192.168.0.0', 16, 'ipv4');
intranet.addSubnet('fc00::', 7, 'ipv6');

/** Whether an address lies in a private network, where a host that the operator named may be. */
export function isIntranetAddress(address: string): boolean {
  if (isIPv4(address)) return intranet.check(address, 'ipv4');
  return isIPv6(address) && intranet.check(address, 'ipv6');
}

/** Whether an address is a place on the public internet, so that a fetch reaches nothing of this machine or its networks. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !blocked.check(address, 'ipv4');
  if (!isIPv6(address)) return false;
  return open.check(address, 'ipv6') && !carriers.check(address, 'ipv6');
}
