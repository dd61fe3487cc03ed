// Written by `npm run api` from openapi.json; do not edit.

export interface Schemas {
}

export interface Api {
  get: {
    "/api/claims/{token}": { request: { path: { token: string } }; answer: { name: string; loginName: string; purpose: ("claim") | ("reset") } };
    "/api/demo": { request: {  }; answer: { now: string; entries: ({ loginName: string; name: string; orgName: string; kind: string })[] } };
    "/api/me": { request: {  }; answer: { personId: string; name: string; isPupil: boolean; children: ({ personId: string; name: string; className: (string) | (null) })[]; appointments: ({ id: string; orgId: string; orgName: string; orgKind: string; role: string })[]; mustChangePassword: boolean; isDemo: boolean; acting: { role: string; appointmentId: (string) | (null); actions: (string)[] }; now: string } };
  };
  post: {
    "/api/claims": { request: { body: { token?: string; loginName?: string; spoken?: string; password?: string } }; answer: { audience: ("learner") | ("staff") | ("schoolAdmin") } };
    "/api/classes/{classId}/claim-cards": { request: { path: { classId: string }; body: { onlyUnclaimed: boolean } }; answer: { cards: ({ loginName: string; name: string; number: string; claimUrl: string; spoken: string })[] } };
    "/api/demo/enter": { request: { body: { loginName: string } }; answer: { audience: ("learner") | ("staff") } };
    "/api/me/password": { request: { body: { current: (string) | (null); next: string } }; answer: undefined };
    "/api/sign-in": { request: { body: { loginName: string; password: string } }; answer: { audience: ("learner") | ("staff") | ("schoolAdmin"); mustChangePassword: boolean } };
    "/api/sign-out": { request: { body: null }; answer: undefined };
  };
  put: {
  };
  patch: {
  };
  delete: {
  };
}
