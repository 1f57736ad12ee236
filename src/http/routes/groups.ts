import { type Static, Type } from '@sinclair/typebox';
import { isProblem } from '../../gateway/views.ts';
import { type Routes, sendPage } from '../context.ts';
import { matches } from '../paging.ts';
import { sendRefusal } from '../problem.ts';
import { answers, listOf, listQuery } from '../schema.ts';

const Group = Type.Object(
  {
    id: Type.String(),
    deviceId: Type.String(),
    name: Type.String(),
    parentId: Type.String({ description: 'Another group of the device; anything else is the device itself' }),
  },
  { title: 'Group' },
);

const ListQuery = Type.Object({ ...listQuery, deviceId: Type.Optional(Type.String()) });

/** `/api/v1/groups`: what holds channels in the catalogues of devices. */
export const groupRoutes: Routes = (app, { gateway }) => {
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/groups',
    {
      schema: {
        tags: ['channels'],
        summary: 'Groups of channels',
        description:
          'Regions, business groups and virtual organisations of the catalogues of devices. A channel names the one it is in as `parentId`, or its region as `civilCode`.',
        querystring: ListQuery,
        response: answers({ 200: listOf(Group) }),
      },
    },
    (request, reply) => {
      const { q, deviceId, limit, cursor } = request.query;
      const groups = gateway.groups(deviceId);
      if (isProblem(groups)) return sendRefusal(reply, groups);
      const found = groups.filter((group) => matches(q, [group.id, group.name, group.deviceId]));
      return sendPage(reply, found, (group) => `${group.deviceId}/${group.id}`, {
        ...(limit === undefined ? {} : { limit }),
        ...(cursor === undefined ? {} : { cursor }),
      });
    },
  );
};
