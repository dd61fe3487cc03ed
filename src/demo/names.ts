/**
 * Invented names: common surnames with given names drawn at random from a fixed seed, so that the same
 * people are met at every start. No list of real persons is used.
 */
const surnames = [
  ...'岑韦覃卢莫蒙陆罗农黄梁潘唐蓝廖蔡欧简骆虞柯祝尹蒋沈裴项田窦顾葛方温许邓程苏彭曹姚郑袁魏谢金汤贺康严洪邱孟',
];
const given = [
  ...'晓禾子安雨桐星野明澈静好立夏念真书言知远初晴秋实小满青峰如初映雪守拙竹君春燕长庚怀瑾听雨文彬可欣佳禾望舒采薇月明千帆平章承志广袤松年海棠若谷南星云舟清越白鹿',
];

/** Mulberry32: small, seeded, the same everywhere. Not for secrets. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Gives names that do not repeat within one list. */
export function nameGiver(random: () => number): (surname?: string) => string {
  const used = new Set<string>();
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '安';
  return (surname) => {
    for (;;) {
      const name = (surname ?? pick(surnames)) + pick(given) + (random() < 0.82 ? pick(given) : '');
      if (!used.has(name)) {
        used.add(name);
        return name;
      }
    }
  };
}
