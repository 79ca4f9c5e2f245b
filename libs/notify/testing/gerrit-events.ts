const owner = { name: 'Ada Example', email: 'ada@example.org', username: 'ada' };
const ci = { name: 'Zuul', email: 'zuul@example.org', username: 'zuul' };
const change = {
  project: 'openstack/nova',
  branch: 'master',
  topic: 'bp/firehose',
  id: 'I8473b95934b5732ac55d26311a706c9c2bde9940',
  number: 971234,
  subject: 'Say what happens',
  owner,
  url: 'https://review.example.org/c/openstack/nova/+/971234',
  commitMessage: 'Say what happens\n\nChange-Id: I8473b95934b5732ac55d26311a706c9c2bde9940\n',
  createdOn: 1772366400,
  status: 'NEW',
};
const patchSet = {
  number: 2,
  revision: '7f3c1b2a9d8e4f60a1b2c3d4e5f60718293a4b5c',
  parents: ['5d41402abc4b2a76b9719d911017c592aaaaaaaa'],
  ref: 'refs/changes/34/971234/2',
  uploader: owner,
  createdOn: 1772366460,
  author: owner,
  kind: 'REWORK',
  sizeInsertions: 12,
  sizeDeletions: -3,
};

/** Events in the shapes of Gerrit 3's `stream-events`, as its documentation has them, and the topic of each. */
export const gerritEvents = [
  {
    topic: 'gerrit/openstack/nova/patchset-created',
    event: {
      uploader: owner,
      patchSet,
      change,
      project: 'openstack/nova',
      refName: 'refs/heads/master',
      changeKey: { key: change.id },
      type: 'patchset-created',
      eventCreatedOn: 1772366460,
    },
  },
  {
    topic: 'gerrit/openstack/nova/comment-added',
    event: {
      author: ci,
      approvals: [{ type: 'Verified', description: 'Verified', value: '1', oldValue: '0' }],
      comment: 'Patch Set 2: Verified+1\n\nBuild succeeded – 12 jobs ✔',
      patchSet,
      change,
      project: { name: 'openstack/nova' },
      type: 'comment-added',
      eventCreatedOn: 1772366520,
    },
  },
  {
    topic: 'gerrit/openstack/nova/change-merged',
    event: {
      submitter: ci,
      newRev: patchSet.revision,
      patchSet,
      change: { ...change, status: 'MERGED' },
      type: 'change-merged',
      eventCreatedOn: 1772366580,
    },
  },
  {
    topic: 'gerrit/zuul-jobs/ref-updated',
    event: {
      submitter: ci,
      refUpdate: {
        oldRev: '5d41402abc4b2a76b9719d911017c592aaaaaaaa',
        newRev: patchSet.revision,
        refName: 'refs/heads/master',
        project: 'zuul-jobs',
      },
      type: 'ref-updated',
      eventCreatedOn: 1772366581,
    },
  },
  {
    topic: 'gerrit/c%2B%2B %23 tools/project-created',
    event: {
      projectName: 'c++ # tools',
      projectHead: 'refs/heads/master',
      type: 'project-created',
      eventCreatedOn: 1772366590,
    },
  },
  { topic: 'gerrit/_/dropped-output', event: { type: 'dropped-output', eventCreatedOn: 1772366600 } },
] as const;

/** Of a change that only a few may see. */
export const privateEvent = {
  uploader: owner,
  patchSet,
  change: { ...change, private: true, subject: 'Fix an embargoed hole' },
  project: 'openstack/nova',
  type: 'patchset-created',
  eventCreatedOn: 1772366461,
};
