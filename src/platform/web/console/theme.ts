import { theme, type ThemeConfig } from 'antd';

/** Colours of `tokens.css` that antd has to calculate with; it cannot read CSS variables. */
interface Palette {
  readonly board: string;
  readonly boardSoft: string;
  readonly onBoard: string;
  readonly missingInk: string;
  readonly soonInk: string;
  readonly done: string;
  readonly info: string;
  readonly ink: string;
  readonly ink2: string;
  readonly line: string;
  readonly line2: string;
  readonly chalk: string;
  readonly paper: string;
  readonly fill: string;
  readonly fill2: string;
}

const LIGHT: Palette = {
  board: '#1f5c4d',
  boardSoft: '#e3efeb',
  onBoard: '#ffffff',
  missingInk: '#b3301c',
  soonInk: '#8a5200',
  done: '#2e7d4f',
  info: '#2b5f9e',
  ink: '#1d2b28',
  ink2: '#55635f',
  line: '#d9ded9',
  line2: '#e8ebe7',
  chalk: '#fafaf5',
  paper: '#ffffff',
  fill: '#f6f7f2',
  fill2: '#ecefea',
};

const DARK: Palette = {
  board: '#6fbfa6',
  boardSoft: '#1e3a33',
  onBoard: '#0f2a24',
  missingInk: '#ff9685',
  soonInk: '#f0b45a',
  done: '#7ccb98',
  info: '#8ab4e8',
  ink: '#edf1ee',
  ink2: '#a9b7b1',
  line: '#2d3a35',
  line2: '#26312d',
  chalk: '#121a18',
  paper: '#19231f',
  fill: '#1f2a26',
  fill2: '#2a3632',
};

/** The house style as antd takes it; red and amber keep their one meaning, `danger` buttons are not used. */
export function consoleTheme(isDark: boolean): ThemeConfig {
  const c = isDark ? DARK : LIGHT;
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: c.board,
      colorLink: c.board,
      colorLinkHover: c.board,
      colorError: c.missingInk,
      colorWarning: c.soonInk,
      colorSuccess: c.done,
      colorInfo: c.info,
      colorText: c.ink,
      colorTextSecondary: c.ink2,
      colorTextDescription: c.ink2,
      colorTextPlaceholder: c.ink2,
      colorBorder: isDark ? '#71807a' : '#8a9792',
      colorBorderSecondary: c.line2,
      colorSplit: c.line2,
      colorBgLayout: c.chalk,
      colorBgContainer: c.paper,
      colorBgElevated: c.paper,
      colorTextLightSolid: c.onBoard,
      controlItemBgActive: c.boardSoft,
      controlItemBgActiveHover: c.boardSoft,
      controlItemBgHover: c.fill,
      fontFamily: 'dot, var(--font)',
      fontSize: 14,
      controlHeight: 32,
      borderRadius: 6,
      borderRadiusLG: 8,
      motionDurationMid: '0.12s',
      boxShadow: 'none',
      boxShadowSecondary: '0 4px 12px rgb(22 63 53 / 12%)',
    },
    components: {
      Table: {
        headerBg: c.fill,
        headerSplitColor: 'transparent',
        cellPaddingBlock: 9,
        cellFontSize: 13,
        rowSelectedBg: c.boardSoft,
        rowSelectedHoverBg: c.boardSoft,
        rowHoverBg: c.fill,
        borderColor: c.line2,
      },
      Tree: { nodeSelectedBg: c.boardSoft, nodeHoverBg: c.fill },
      Menu: {
        itemHeight: 32,
        itemSelectedBg: c.boardSoft,
        itemSelectedColor: c.board,
        itemBg: 'transparent',
        activeBarBorderWidth: 0,
      },
      Tabs: { titleFontSize: 14, inkBarColor: c.board },
      Tag: { borderRadiusSM: 4 },
      Steps: { iconSize: 24 },
      Progress: { remainingColor: c.fill2 },
      Button: { primaryShadow: 'none', defaultShadow: 'none' },
    },
  };
}
