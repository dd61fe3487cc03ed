// Written by `npm run api` from openapi.json; do not edit.

export interface Schemas {
}

export interface Api {
  get: {
    "/api/claims/{token}": { request: { path: { token: string } }; answer: { name: string; loginName: string; purpose: ("claim") | ("reset") } };
    "/api/classes/{classId}/members": { request: { path: { classId: string } }; answer: { name: string; schoolId: string; members: ({ personId: string; number: string; name: string; role: string; accountStatus: (string) | (null); loginName: (string) | (null); adultName: (string) | (null); adultVia: (string) | (null); guardians: number })[] } };
    "/api/demo": { request: {  }; answer: { now: string; entries: ({ loginName: string; name: string; orgName: string; kind: string })[] } };
    "/api/me": { request: {  }; answer: { personId: string; name: string; isPupil: boolean; children: ({ personId: string; name: string; className: (string) | (null) })[]; appointments: ({ id: string; orgId: string; orgName: string; orgKind: string; role: string })[]; mustChangePassword: boolean; isDemo: boolean; acting: { role: string; appointmentId: (string) | (null); actions: (string)[] }; now: string } };
    "/api/orgs/{orgId}/classes": { request: { path: { orgId: string } }; answer: { classes: ({ id: string; kind: string; name: string; yearGroup: (string) | (null); courseTitle: (string) | (null); pupils: number; carers: (string)[]; unclaimed: number })[] } };
    "/api/orgs/{orgId}/people": { request: { path: { orgId: string }; query: { text: string } }; answer: { people: ({ personId: string; number: string; name: string; kind: string; className: (string) | (null); classId: (string) | (null) })[] } };
    "/api/orgs/{orgId}/tree": { request: { path: { orgId: string }; query?: { depth?: number } }; answer: { orgs: ({ id: string; parentId: (string) | (null); kind: string; code: string; name: string; childCount: number })[] } };
  };
  post: {
    "/api/claims": { request: { body: { token?: string; loginName?: string; spoken?: string; password?: string } }; answer: { audience: ("learner") | ("staff") | ("schoolAdmin") } };
    "/api/classes/{classId}/claim-cards": { request: { path: { classId: string }; body: { onlyUnclaimed: boolean } }; answer: { cards: ({ loginName: string; name: string; number: string; claimUrl: string; spoken: string })[] } };
    "/api/demo/enter": { request: { body: { loginName: string } }; answer: { audience: ("learner") | ("staff") } };
    "/api/me/password": { request: { body: { current: (string) | (null); next: string } }; answer: undefined };
    "/api/orgs": { request: { body: { parentId: string; kind: ("ministry") | ("province") | ("city") | ("county") | ("school") | ("campus") | ("college") | ("department") | ("grade") | ("functional"); code: string; name: string } }; answer: { id: string; parentId: (string) | (null); kind: string; code: string; name: string; childCount: number } };
    "/api/sign-in": { request: { body: { loginName: string; password: string } }; answer: { audience: ("learner") | ("staff") | ("schoolAdmin"); mustChangePassword: boolean } };
    "/api/sign-out": { request: { body: null }; answer: undefined };
  };
  put: {
    "/api/classes/{classId}/care-duty": { request: { path: { classId: string }; body: { adultId: (string) | (null); deputyId: (string) | (null) } }; answer: undefined };
    "/api/orgs/{orgId}/name": { request: { path: { orgId: string }; body: { name: string } }; answer: { id: string; parentId: (string) | (null); kind: string; code: string; name: string; childCount: number } };
  };
  patch: {
  };
  delete: {
  };
}
