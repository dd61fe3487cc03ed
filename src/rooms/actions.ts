import { defineAction, everyStaff } from '../people/access.ts';
import { defineStatementAction, placeOfLesson, placeOfRoom } from './access.ts';

/** Come into the room of a lesson, or its recording: its pupils (or with a parent's telephone), its staff, the staff of its classes. */
export const enterRoom = defineStatementAction({
  name: 'rooms.enter',
  place: placeOfRoom,
  allow: { pupil: ['ownClass'], guardian: ['ownCare'], ...everyStaff(['ownClass']) },
});

/** Read the log: voice, pages, ink, talk. */
export const readLog = defineStatementAction({
  name: 'rooms.readLog',
  place: placeOfRoom,
  allow: { pupil: ['ownClass'], guardian: ['ownCare'], ...everyStaff(['ownClass']) },
});

/** Say something, raise a hand, answer the roll, tell what was heard. */
export const takePart = defineStatementAction({
  name: 'rooms.takePart',
  place: placeOfRoom,
  allow: { pupil: ['ownClass'], guardian: ['ownCare'], ...everyStaff(['ownClass']) },
});

/** Write the log and hold the keys: pause, mute all, end, roll call, remove. Only the lesson's own staff passes. */
export const teachLesson = defineStatementAction({
  name: 'rooms.teach',
  place: placeOfRoom,
  allow: everyStaff(['ownClass']),
});

/** Names of the people in a room: a pupil gets their own class. */
export const readRoomPeople = defineAction({
  name: 'rooms.readPeople',
  place: placeOfLesson,
  allow: { pupil: ['ownClass'], guardian: ['ownCare'], ...everyStaff(['ownClass']) },
});

/** Who is there, who is missing and since when. */
export const readPresence = defineAction({
  name: 'rooms.readPresence',
  place: placeOfLesson,
  allow: {
    ...everyStaff(['ownClass']),
    schoolAdmin: ['sameSchool', 'ownClass'],
    schoolDeputy: ['sameSchool', 'ownClass'],
    principal: ['sameSchool', 'ownClass'],
  },
});

/** Note that a pupil was reached by telephone, visit or paper. */
export const recordContact = defineAction({
  name: 'rooms.recordContact',
  place: placeOfLesson,
  allow: everyStaff(['ownClass', 'ownCare']),
});

/** Jobs of this capability: seal, finish, purge. */
export const keepLogs = defineAction({
  name: 'rooms.keepLogs',
  place: async () => ({ orgId: null }),
  allow: {},
});

export const roomsActions = [
  enterRoom,
  readLog,
  takePart,
  teachLesson,
  readRoomPeople,
  readPresence,
  recordContact,
  keepLogs,
];
