// Written by `npm run api` from openapi.json; do not edit.

export interface Schemas {
}

export interface Api {
  get: {
  };
  post: {
  };
  put: {
  };
  patch: {
  };
  delete: {
  };
}
