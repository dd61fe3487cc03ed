import { isNear } from './near.ts';
import { compactText } from './text.ts';

/** What a column of a roster is used for. */
export type RosterField =
  | 'number'
  | 'name'
  | 'sex'
  | 'yearGroup'
  | 'class'
  | 'classNo'
  | 'guardianName'
  | 'guardianPhone'
  | 'staffNumber'
  | 'role'
  | 'classTeacherOf';

/** Kinds of columns that online teaching never needs; read by nobody, counted, dropped. */
export type SensitiveKind =
  | 'identityNumber'
  | 'registerNumber'
  | 'address'
  | 'bankAccount'
  | 'birthday'
  | 'household'
  | 'guardianDetails'
  | 'phone'
  | 'onlineContact'
  | 'health'
  | 'ethnicity'
  | 'belief'
  | 'photo'
  | 'hardship'
  | 'password';

export type HeaderMeaning =
  | { readonly kind: 'field'; readonly field: RosterField }
  | { readonly kind: 'sensitive'; readonly sensitive: SensitiveKind }
  /** Known and of no use here: a running number, remarks, the class teacher's name in a pupil list. */
  | { readonly kind: 'ignored' };

/** Whole headings, compact and in lower case; misspellings seen in real files stand beside the right word. */
const FIELDS: Record<RosterField, string> = {
  number:
    '学号 学生学号 校内学号 学生编号 学生号 学籍内学号 学好 学号码 xh xsxh xs_xh 學號 studentno studentnumber studentid studentnr sno number no. pupilno pupilnumber',
  name: '姓名 学生姓名 学生名字 名字 学生 性名 姓 名 学生名 xm xsxm 姓名中文 中文姓名 name studentname fullname pupil pupilname chinesename',
  sex: '性别 男女 性別 xb xbm 性别码 学生性别 sex gender',
  yearGroup:
    '年级 所在年级 年级名称 就读年级 当前年级 nj njmc njdm 年級 年级码 入学年级 grade year yeargroup gradelevel 级 年极',
  class:
    '班级 所在班级 班级名称 行政班 行政班级 就读班级 班别 班 bj bjmc xzb 班級 班极 班及 class classname homeroom homeroomclass form 班级全称 当前班级 年级班级 年班',
  classNo: '班号 班级号 班次 bh bjh 班序 班级序号 classno classnumber',
  guardianName:
    '家长 家长姓名 监护人 监护人姓名 父母姓名 家长名字 联系人 紧急联系人 jhr jhrxm jzxm 法定监护人 第一监护人 监护人1姓名 父亲姓名 母亲姓名 父亲 母亲 guardian guardianname parent parentname parents contactname',
  guardianPhone:
    '家长电话 家长手机 家长手机号 家长手机号码 家长联系电话 家长联系方式 监护人电话 监护人手机 监护人手机号 监护人联系电话 监护人联系方式 监护人1电话 联系电话 联系方式 联系手机 电话 电话号码 手机 手机号 手机号码 移动电话 父亲电话 父亲手机 母亲电话 母亲手机 父亲联系电话 母亲联系电话 紧急联系电话 紧急联系人电话 家庭电话 lxdh sjh jzdh jhrdh dh phone phonenumber mobile mobilephone tel telephone parentphone parentmobile guardianphone contactnumber contactphone',
  staffNumber:
    '工号 教工号 教职工号 职工号 教师工号 教师编号 职工编号 教工编号 gh jgh zgh 员工号 人员编号 staffno staffnumber staffid teacherid teacherno employeeid employeeno',
  role: '职务 岗位 身份 角色 人员类别 教师类别 类别 role position duty',
  classTeacherOf: '班主任班级 任班主任班级 所带班级 担任班主任班级 管理班级 带班 homeroomof classteacherof',
};

const SENSITIVE: readonly [SensitiveKind, RegExp][] = [
  [
    'identityNumber',
    /身份证|身份證|证件号|证件号码|公民身份|护照|户口本号|^sfz|^zjh|idcard|idnumber|identity|passport|证件类型/,
  ],
  ['registerNumber', /学籍号|学籍辅号|全国学籍|学籍号码|国网学籍|^xjh|^xjfh|^qgxjh|学籍主号|^学籍$/],
  ['password', /密码|口令|password|passwd|^mm$/],
  ['bankAccount', /银行|卡号|账号|帐号|开户|存折|bank|^account/],
  ['birthday', /出生|生日|年龄|周岁|^csrq|^csny|^nl$|birth|^age$|^dob$/],
  [
    'address',
    /地址|住址|住所|家庭所在|居住|现住|籍贯|户籍|户口所在|出生地|邮编|邮政|村组|小区|^jtzz|^jg$|^dz$|address|postcode|zipcode|town|village/,
  ],
  ['household', /户口|农业|城镇户|^hk|独生|随迁|流动人口|港澳台|国籍|nationality|household/],
  [
    'guardianDetails',
    /(父亲?|母亲?|家长|监护人|爷爷|奶奶|家庭成员|parent|guardian|father|mother).*(单位|职业|工作|学历|文化|政治|职务|年龄|收入|身份|民族|微信|job|work|employer|occupation|education)|工作单位|与.{0,4}关系|关系$|relation|家庭成员|家庭情况|家庭人口/,
  ],
  [
    'health',
    /健康|病史|疾病|血型|身高|体重|视力|残疾|过敏|疫苗|接种|核酸|体温|心理|health|blood|height|weight|disab|medical/,
  ],
  ['ethnicity', /民族|^mz|^mzm|ethnic|nation$|race/],
  ['belief', /政治面貌|党员|团员|入团|入党|宗教|信仰|^zzmm|politic|religio/],
  ['photo', /照片|相片|头像|人脸|指纹|photo|picture|face/],
  ['hardship', /贫困|建档立卡|低保|特困|资助|留守|孤儿|单亲|困难|救助|五保|hardship|poverty/],
  ['onlineContact', /qq|微信|邮箱|电子邮件|wechat|e-?mail|钉钉号|抖音/],
  ['phone', /(学生|本人|教师|老师|个人).*(电话|手机|联系)|短号|studentphone/],
];

const IGNORED = new Set(
  (
    '序号 序 编号 行号 备注 说明 签名 签字 座号 座位号 考号 准考证号 组别 宿舍 寝室 床号 班主任 班主任姓名 辅导员 任教 任教学科 学科 ' +
    '任教班级 任教科目 科目 授课 校区 学校 学校名称 学校代码 学院 院系 系部 专业 专业名称 学制 入学时间 入学日期 入学年份 届别 学籍状态 ' +
    '在籍状态 状态 成绩 总分 xxmc xxdm bz xuhao index remark remarks note subject subjects school schoolname college department major seat ' +
    '# id 学段 职称 最高学历 学历 部门 所在部门 教研组 任课 授课班级 乘车 午餐 住宿 走读 是否住校'
  ).split(' '),
);

const EXACT = new Map<string, RosterField>();
for (const [field, words] of Object.entries(FIELDS) as [RosterField, string][]) {
  for (const word of words.split(' ')) if (word !== '姓' && word !== '名') EXACT.set(word, field);
}
const LATIN = [...EXACT.keys()].filter((word) => /^[a-z.]{5,}$/.test(word));

/** Fields that a school may teach by hand; contacts are mapped on purpose each time. */
export type LearnedField = Exclude<RosterField, 'guardianName' | 'guardianPhone'>;

/** Headings that a school once read by hand, by their plain form. */
export type LearnedHeadings = Readonly<Record<string, LearnedField>>;

/** Compact heading in lower case, without stars, colons, hints in brackets and filler words. */
export function plainHeader(text: string): string {
  return compactText(text)
    .toLowerCase()
    .replace(/\([^()]*\)|\[[^\]]*\]|【[^】]*】/g, '')
    .replace(/[*★:.,、。"'`_#?!-]/g, (c) => (c === '#' ? '#' : ''))
    .replace(/(必填|选填|请填写|填写)$/, '')
    .replace(/(信息|情况|资料|一栏)/g, '');
}

/**
 * Meaning of a column heading: Chinese school words, pinyin initials (XH, XM, XB …), English, usual misspellings,
 * with spaces, line breaks, stars and hints in brackets.
 *
 * @returns `null` for a heading that is not known.
 */
export function meaningOfHeader(text: string): HeaderMeaning | null {
  const plain = plainHeader(text);
  if (plain === '' || plain.length > 30) return null;
  const exact = EXACT.get(plain);
  if (exact) return { kind: 'field', field: exact };
  const sensitive = SENSITIVE.find(([, pattern]) => pattern.test(plain));
  if (sensitive) return { kind: 'sensitive', sensitive: sensitive[0] };
  if (IGNORED.has(plain)) return { kind: 'ignored' };
  if (/^[a-z]{5,}$/.test(plain)) {
    const near = LATIN.find((word) => isNear(plain, word));
    if (near) return { kind: 'field', field: EXACT.get(near) ?? 'name' };
  }
  if (/(家长|监护人|父亲?|母亲?).{0,4}(电话|手机|联系)/.test(plain))
    return { kind: 'field', field: 'guardianPhone' };
  if (/(家长|监护人|父亲?|母亲?).{0,2}(姓名|名字)/.test(plain))
    return { kind: 'field', field: 'guardianName' };
  return null;
}
