import type { HatName, SubjectKind } from './hats.ts';
import type { Ids } from './operations.ts';

/**
 * How every call of the API is asked in the access matrix: what it is about, and a body that somebody who may is answered
 * for. A call that is not listed here fails the test, so that a new one is thought of.
 */
export interface Question {
  readonly operation: string;
  readonly kind: SubjectKind;
  /** The action that decides, where the call names several. */
  readonly action?: string;
  /** Other values for what the call names; `$x` stands for the value of `x`, null leaves it out. */
  readonly names?: Readonly<Record<string, string | null>>;
  readonly body?: unknown;
  /** Refused to others whose relation would do, because the statement itself looks closer; with the code it says. */
  readonly only?: { readonly hats: readonly HatName[]; readonly code: string };
  /** Asked under these roles alone. */
  readonly roles?: readonly string[];
  /** What somebody who may is told instead, by its stable code: the call is right but there is nothing to do it to. */
  readonly answers?: readonly string[];
}

/** Open to everybody because they are guarded by what one knows (a password, a card, a secret address) or by the machine. */
export const guardedByKnowledge: readonly string[] = [
  'signIn',
  'signOut',
  'readClaim',
  'claim',
  'readFeedCalendar',
  'listDemoEntries',
  'enterDemo',
];

const own = (operation: string, rest: Partial<Question> = {}): Question => ({
  operation,
  kind: 'self',
  ...rest,
});
const org = (operation: string, rest: Partial<Question> = {}): Question => ({
  operation,
  kind: 'org',
  ...rest,
});
const ofClass = (operation: string, rest: Partial<Question> = {}): Question => ({
  operation,
  kind: 'class',
  ...rest,
});
const lesson = (operation: string, rest: Partial<Question> = {}): Question => ({
  operation,
  kind: 'lesson',
  ...rest,
});
const person = (operation: string, rest: Partial<Question> = {}): Question => ({
  operation,
  kind: 'person',
  ...rest,
});

const ofCounty = { orgId: '$countyId' };
const later = { lessonId: '$laterId' };
const onlyTeachers = { hats: ['teachesLesson'], code: 'not_allowed' } as const;
/** Who only looks after a class listens. */
const takers = ['isPupil', 'classmate', 'guestInClass', 'parent', 'parentOfClassmate'] as const;
const onlyPupils = { hats: takers, code: 'not_allowed' } as const;
const onlyTakers = { hats: [...takers, 'teachesLesson'], code: 'not_allowed' } as const;
const noImage = Buffer.from('x');

export const questions: readonly Question[] = [
  own('readSelf'),
  own('changePassword', { body: { current: null, next: 'a long enough pass' }, answers: ['sign_in_failed'] }),
  own('beginSecondStep'),
  own('confirmSecondStep', { body: { code: '000000' }, answers: ['totp_not_begun'] }),
  own('readSecondStep'),
  own('makeRecoveryCodes', { answers: ['totp_not_begun'] }),
  own('answerSecondStep', { body: { code: '000000' }, answers: ['totp_not_begun'] }),
  own('getTeachingDay', { answers: ['no_teaching_day'] }),
  own('getOwnFollowUps'),
  own('getOwnChildren'),
  own('listFeeds'),
  own('unsubscribe', { action: 'timetable.readOwnDay' }),
  own('getToday', { action: 'timetable.readOwnDay', names: { pupilId: null } }),
  person('getToday', { action: 'timetable.readPupilDay' }),
  own('getOwnWeek', { action: 'timetable.readOwnDay', names: { pupilId: null }, answers: ['no_term'] }),
  person('getOwnWeek', { action: 'timetable.readPupilDay', roles: ['pupil', 'guardian'] }),
  ofClass('subscribe', {
    action: 'timetable.readClassWeek',
    body: { pupilId: null, classId: '$classId' },
  }),
  person('subscribe', {
    action: 'timetable.readPupilDay',
    body: { pupilId: '$pupilId', classId: null },
  }),

  org('readOrgTree'),
  org('createOrg', { body: { parentId: '$orgId', kind: 'grade', code: 'new-grade', name: '五年级' } }),
  org('renameOrg'),
  org('listSupportGrants'),
  org('listSupportUses'),
  org('decideSupport', { body: { give: true } }),
  org('endSupport'),
  org('listMoves'),
  org('moveUnit', {
    names: { orgId: '$departmentId' },
    body: { parentId: '$schoolId', fromDay: '2026-12-01', isMerge: false, reason: '合并', document: '' },
    answers: ['org_move_nothing'],
  }),
  org('takeMoveBack', { names: { fromDay: '2026-12-01' }, answers: ['not_found'] }),
  org('getCalendar'),
  org('saveTerm', {
    body: {
      orgId: '$orgId',
      title: '第一学期',
      firstDay: '2026-09-01',
      lastDay: '2027-01-22',
      week1Monday: '2026-08-31',
    },
  }),
  org('decideDay', { body: { kind: 'holiday', name: '运动会', teachesWeekday: null } }),
  org('undecideDay'),
  org('listClasses'),
  org('findPeople'),
  org('checkRoster'),
  org('listRosterDrafts'),
  org('rosterTemplate'),
  org('exportRoster'),
  org('readRosterSync'),
  org('setRosterSync', {
    body: {
      kind: 'folder',
      url: null,
      hour: 5,
      maxLeavingPercent: 10,
      maxChangedPercent: 50,
      leaving: 'keep',
      isPaused: true,
    },
  }),
  org('removeRosterSync'),
  org('runRosterSync', { answers: ['roster_sync_not_set'] }),
  org('listRosterHeadings'),
  org('forgetRosterHeading'),
  org('undoRoster', { answers: ['roster_undo_not_applied'] }),
  org('readRosterDraft'),
  org('discardRoster'),
  org('listRosterLines'),
  org('returnRosterRows'),
  org('confirmRoster', { answers: ['roster_draft_stale'] }),
  org('getPlan'),
  org('editPlan', { body: { weekNo: 14, scope: 'all', edits: [{ itemId: '$itemId', weekday: 4 }] } }),
  org('addSlot', {
    body: {
      courseId: '$courseId',
      weekday: 5,
      period: 2,
      periodTo: 2,
      weeks: [14],
      mode: 'live',
      modeParams: {},
      classroomName: null,
      audiences: [{ classId: '$classId', ownTeacherId: null }],
      staff: [{ personId: '$linId', duty: 'lead' }],
    },
  }),
  org('publishWeek'),
  org('getBellPlans'),
  org('saveBellPlan', {
    body: {
      schoolId: '$schoolId',
      title: '夏季',
      yearGroups: [],
      periods: [{ startsAt: '08:00', endsAt: '08:40', period: 1, label: null }],
    },
  }),
  org('checkTimetable'),
  org('recheckTimetable'),
  org('confirmTimetable', { answers: ['import_blocked'] }),
  org('getSchoolBoard'),
  org('getUnitBoard'),
  org('getDailyFigure'),
  org('getDailyWorkbook'),
  // Asked of a school, like every unit: the county's report of a school is refused to whoever may read it.
  org('getUnitFigure', { answers: ['not_above_schools'] }),
  org('getUnitWorkbook', { answers: ['not_above_schools'] }),
  org('issueUnitFigure', { body: { day: '2026-11-18' }, answers: ['not_above_schools'] }),
  org('getSchoolFollowUps'),
  org('getSchoolContests'),
  org('getAttendanceRules'),
  org('changeAttendanceRules', {
    body: {
      rules: {
        lateMinutes: 10,
        leftEarlyPercent: 60,
        madeUpPercent: 80,
        dayNeeds: 'anyLesson',
        followUpHours: 24,
        helpHours: 2,
        dayCloses: '21:00',
      },
      version: 0,
    },
  }),

  org('listUnits'),
  org('listOfficers'),
  org('nameOfficer', {
    names: { role: 'liaison' },
    body: { name: '无此人', sex: null, department: '', post: '', phone: '5559042', email: '' },
  }),
  org('clearOfficer', { names: { role: 'responsible' } }),
  org('listDivisions'),
  {
    operation: 'createDivision',
    kind: 'county',
    names: ofCounty,
    body: { code: '99', withBelow: false },
    answers: ['division_unknown'],
  },
  { operation: 'schoolTemplate', kind: 'county', names: ofCounty },
  { operation: 'checkSchools', kind: 'county', names: ofCounty, answers: ['schools_no_table'] },
  { operation: 'readSchoolsImport', kind: 'county', names: { importId: '$unitImportId' } },
  {
    operation: 'confirmSchools',
    kind: 'county',
    names: { importId: '$unitImportId' },
    answers: ['schools_no_table'],
  },

  ofClass('makeClaimCards'),
  ofClass('listMembers'),
  ofClass('assignCareDuty'),
  ofClass('readComposition'),
  ofClass('setComposition', { body: { homeroomIds: [] }, answers: ['class_is_homeroom'] }),
  ofClass('joinClass', {
    body: { schoolCode: null, number: 'nobody', name: '无此人' },
    answers: ['pupil_not_found'],
  }),
  ofClass('leaveClass', { names: { personId: '$pupilId' }, answers: ['home_by_roster'] }),
  ofClass('getClassWeek'),
  ofClass('startLessonNow', {
    body: { classIds: ['$classId'], courseTitle: '数学', minutes: 20, mode: 'live' },
  }),

  lesson('moveLesson', { names: later, body: { to: { day: '2026-11-27', period: 2 } } }),
  lesson('cancelLesson', { names: later }),
  lesson('restoreLesson', { names: { lessonId: '$cancelledId' } }),
  lesson('substituteTeacher', { names: later, body: { personId: '$teacherId', replacedId: '$linId' } }),
  { operation: 'prepareLesson', kind: 'taughtLesson', names: later, body: { topic: '复习' } },
  lesson('getClassBoard'),

  lesson('joinRoom'),
  lesson('readRoomPeople'),
  lesson('sendHeartbeat'),
  lesson('say', { only: onlyTakers, body: { clientId: 'abcdefgh', text: '老师好' } }),
  lesson('raiseHand', { only: onlyTakers }),
  lesson('tellLost', { only: onlyTakers }),
  lesson('startRollCall', { only: onlyTeachers }),
  lesson('answerRollCall', { only: onlyPupils }),
  lesson('startPoll', {
    only: onlyTeachers,
    body: {
      id: '018f4a10-0000-4000-8000-000000000001',
      seconds: 60,
      kind: 'single',
      prompt: '',
      options: ['', ''],
      pageN: 0,
      right: null,
    },
  }),
  lesson('readPoll', { only: onlyTeachers }),
  lesson('answerPoll', { only: onlyPupils, body: { chosen: [0], written: null } }),
  lesson('closePoll', { only: onlyTeachers }),
  lesson('showPoll', { only: onlyTeachers }),
  lesson('readLessonReport', { only: onlyTeachers }),
  lesson('getLessonReportWorkbook', { only: onlyTeachers }),
  lesson('reportLine', { only: onlyPupils, names: { lineN: '1' } }),
  lesson('hideLine', { only: onlyTeachers, names: { lineN: '1' }, body: { isHidden: true } }),
  lesson('callPupil', { only: onlyTeachers, answers: ['nobody_here'] }),
  lesson('startTimer', { only: onlyTeachers }),
  lesson('stopTimer', { only: onlyTeachers }),
  lesson('giveOrder', { only: onlyTeachers }),
  lesson('removePupil', { only: onlyTeachers }),
  lesson('readPresence'),
  lesson('noteContact'),
  lesson('appendSegment', { only: onlyTeachers }),
  lesson('appendPage', { only: onlyTeachers, body: noImage, answers: ['page_not_image'] }),
  lesson('readManifest'),
  lesson('readFeed'),
  lesson('readLogIndex'),
  lesson('readPageImage', { answers: ['not_found'] }),
  lesson('readPlaylist', { answers: ['lesson_running'] }),
  lesson('readSealedVoice', { answers: ['not_found'] }),
  lesson('reportHeard', { only: onlyPupils, answers: ['lesson_running'] }),

  { operation: 'getFollowUp', kind: 'followUp' },
  { operation: 'logContact', kind: 'followUp' },
  { operation: 'closeFollowUp', kind: 'followUp' },
  { operation: 'handOverFollowUp', kind: 'followUp' },
  { operation: 'beginFollowUp', kind: 'care' },
  { operation: 'revealGuardianNumber', kind: 'care' },
  { operation: 'answerContest', kind: 'contest', body: { accept: true } },

  person('correctReading', { body: { reading: null } }),
  person('readConsents'),
  person('answerConsent', { names: { purpose: 'chat' }, body: { answer: 'given', noticeVersion: 1 } }),
  person('recordConsent', { names: { purpose: 'chat' }, body: { answer: 'given', channel: 'paper' } }),
  ofClass('readClassConsents'),
  person('getCannotAttend'),
  person('tellCannotAttend'),
  person('withdrawCannotAttend'),
  person('getPupilDays'),
  person('openContest', { answers: ['nothing_to_contest'] }),
];

/** The values a question is asked with. */
export function namesOf({ names = {} }: Question, ids: Ids): Ids {
  const all: Record<string, string> = { ...ids };
  for (const [name, value] of Object.entries(names)) {
    if (value === null) delete all[name];
    else all[name] = value.startsWith('$') ? (ids[value.slice(1)] ?? '') : value;
  }
  return all;
}
