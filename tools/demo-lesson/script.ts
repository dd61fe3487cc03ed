/** What the demo lesson says and draws. Invented; page units are those of the lesson log (8192 = page width). */
export interface ScriptPage {
  readonly svg: string;
  readonly text: string;
  /** Sentences spoken on this page, with the strokes drawn while they are spoken. */
  readonly sentences: readonly { readonly say: string; readonly draw?: readonly Stroke[] }[];
}
export interface Stroke {
  readonly colour: number;
  readonly tool: 1 | 2;
  readonly width: number;
  /** Corner points; the tool samples between them. */
  readonly path: readonly (readonly [number, number])[];
}

const title = (text: string, y: number, size = 46) =>
  `<text x="70" y="${y}" font-size="${size}" font-weight="700">${text}</text>`;
const line = (text: string, y: number, size = 32) =>
  `<text x="70" y="${y}" font-size="${size}">${text}</text>`;
const page = (body: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="600" viewBox="0 0 960 600" font-family="Noto Sans CJK SC" fill="#1d2b28"><rect width="960" height="600" fill="#ffffff"/>${body}</svg>`;
const road = (y: number) =>
  `<path d="M110 ${y}H850" stroke="#8a9792" stroke-width="5"/><circle cx="110" cy="${y}" r="12" fill="#1f5c4d"/><circle cx="360" cy="${y}" r="12" fill="#a35f00"/><text x="84" y="${y + 56}" font-size="28">哥哥</text><text x="334" y="${y + 56}" font-size="28">小禾</text><text x="800" y="${y + 56}" font-size="28">学校</text>`;

const underline = (x1: number, x2: number, y: number): Stroke => ({
  colour: 3,
  tool: 2,
  width: 120,
  path: [
    [x1, y],
    [x2, y],
  ],
});
const arc = (x1: number, x2: number, y: number): Stroke => ({
  colour: 1,
  tool: 1,
  width: 26,
  path: Array.from({ length: 13 }, (_, i) => [
    Math.round(x1 + ((x2 - x1) * i) / 12),
    Math.round(y - 420 * Math.sin((Math.PI * i) / 12)),
  ]),
});
const tick = (x: number, y: number): Stroke => ({
  colour: 2,
  tool: 1,
  width: 36,
  path: [
    [x, y],
    [x + 130, y + 150],
    [x + 420, y - 260],
  ],
});

export const lessonScript: readonly ScriptPage[] = [
  {
    text: '一元一次方程的应用：追及问题',
    svg: page(
      title('一元一次方程的应用', 130, 58) +
        line('追及问题', 205, 40) +
        line('今天要会的三件事：', 320) +
        line('1. 画线段图，找出相等的路程', 380) +
        line('2. 设未知数，列方程', 440) +
        line('3. 解方程，检验，写答', 500),
    ),
    sentences: [
      { say: '同学们好，我们上课。今天学习一元一次方程的应用，追及问题。' },
      { say: '先看今天要会的三件事。', draw: [underline(560, 3300, 2840)] },
      { say: '第一，画线段图，找出相等的路程。第二，设未知数，列方程。第三，解方程，检验，写答。' },
      { say: '听不清或者掉线了也不要紧，课会录下来，一句都不会少。' },
    ],
  },
  {
    text: '例 1 小禾每分钟走 60 米，走了 4 分钟后，哥哥骑车去追，每分钟 120 米。哥哥几分钟追上？',
    svg: page(
      title('例 1　追及问题', 90) +
        line('小禾每分钟走 60 米。她走了 4 分钟后，哥哥骑车', 165) +
        line('从家出发去追，每分钟 120 米。哥哥几分钟追上？', 215) +
        road(420),
    ),
    sentences: [
      { say: '请看例一。小禾每分钟走六十米。', draw: [underline(2300, 5000, 1500)] },
      { say: '她走了四分钟以后，哥哥骑车从家出发去追，每分钟一百二十米。' },
      { say: '哥哥几分钟追上小禾？先自己想一想，半分钟。' },
      { say: '好，我们一起画线段图。小禾先走的路，是六十乘四，二百四十米。', draw: [arc(940, 3070, 3300)] },
      { say: '哥哥出发的时候，小禾在他前面二百四十米。', draw: [underline(940, 3070, 3580)] },
      { say: '哥哥每分钟比小禾多走六十米。谁能说说，相等的是哪两段路？可以举手，也可以在聊天里写。' },
    ],
  },
  {
    text: '设哥哥 x 分钟追上。60×4 + 60x = 120x，x = 4',
    svg: page(
      title('列方程', 90) +
        line('解：设哥哥 x 分钟追上小禾。', 170) +
        line('小禾走的路 ＝ 哥哥走的路', 240) +
        line('60 × 4 ＋ 60x ＝ 120x', 330, 44) +
        line('240 ＝ 60x', 410, 44) +
        line('x ＝ 4', 490, 44) +
        line('答：哥哥 4 分钟追上。', 560),
    ),
    sentences: [
      { say: '设哥哥 x 分钟追上小禾。追上的时候，两个人走的路一样长。', draw: [underline(600, 4100, 2150)] },
      { say: '小禾走的路，是先走的二百四十米，加上后来的六十 x 米。' },
      {
        say: '哥哥走的路，是一百二十 x 米。所以，二百四十加六十 x，等于一百二十 x。',
        draw: [arc(700, 4300, 2560)],
      },
      { say: '移项，得到二百四十等于六十 x。两边同时除以六十，x 等于四。', draw: [tick(2100, 4000)] },
      { say: '检验一下。四分钟，哥哥走四百八十米；小禾走二百四十加二百四十，也是四百八十米。对了。' },
      { say: '别忘了写答。哥哥四分钟追上小禾。' },
    ],
  },
  {
    text: '练一练：妹妹每分钟走 50 米，先走 6 分钟，姐姐每分钟走 80 米去追，几分钟追上？',
    svg: page(
      title('练一练', 90) +
        line('妹妹每分钟走 50 米，先走了 6 分钟。', 175) +
        line('姐姐每分钟走 80 米去追，几分钟追上？', 230) +
        line('提示：先画线段图，再找相等的路程。', 330) +
        `<path d="M70 430H890M70 500H890M70 570H890" stroke="#d9ded9" stroke-width="3"/>`,
    ),
    sentences: [
      { say: '现在练一练。妹妹每分钟走五十米，先走了六分钟。姐姐每分钟走八十米去追，几分钟追上？' },
      { say: '先画线段图，再找相等的路程。', draw: [underline(560, 5000, 2930)] },
      { say: '做好的同学，拍照交上来，今天下午五点以前都可以。' },
      { say: '看屏幕久了，抬头看看窗外，让眼睛歇一歇。' },
      { say: '没听懂的地方，点一下没听懂，只有老师看得到。下课以后可以听回放。今天就到这里，同学们再见。' },
    ],
  },
];
