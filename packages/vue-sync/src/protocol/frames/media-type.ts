/** The media type of every answer with frames. It states the version of the protocol. */
export const MEDIA_TYPE = 'application/vnd.vue-sync.v1'
