/** How each tolerance of XML and catalogues is taken out of the source; see removals.ts. */
export const CATALOG_REMOVALS: readonly {
  readonly code: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly test: string;
}[] = [
  {
    code: 'XML-1',
    file: 'sip/manscdp/charset.ts',
    find: 'if (evidence.broken === 0 && evidence.long > 0)',
    replace: "if (evidence.broken === 0 && evidence.long > 0 && charsetNamed(declaredName(bytes)) === 'UTF-8')",
    test: 'sip/manscdp/commands.test.ts',
  },
  {
    code: 'XML-2',
    file: 'sip/manscdp/charset.ts',
    find: "new TextDecoder('gb18030')",
    replace: "new TextDecoder('big5')",
    test: 'sip/manscdp/commands.test.ts',
  },
  {
    code: 'XML-3',
    file: 'sip/manscdp/xml.ts',
    find: "      if (!(closing && end >= 0)) addStray('<', 'XML-3');\n",
    replace: '',
    test: 'sip/tolerated/messages.test.ts',
  },
  {
    code: 'XML-4',
    file: 'sip/manscdp/xml.ts',
    find: "    if (name === 'Item') closeOpenItem(stack, repairs);\n",
    replace: '',
    test: 'sip/manscdp/xml.test.ts',
  },
  {
    code: 'XML-5',
    file: 'sip/manscdp/xml.ts',
    find: '  for (const [key, value] of Object.entries(element.attributes)) if (sameName(key, name)) return value;\n',
    replace: '',
    test: 'sip/manscdp/xml.test.ts',
  },
  {
    code: 'XML-6',
    file: 'sip/manscdp/catalog-findings.ts',
    find: 'if (num !== null && num !== String(part.items.length))',
    replace: "if (num === '')",
    test: 'sip/tolerated/messages.test.ts',
  },
  {
    code: 'XML-7',
    file: 'sip/manscdp/xml.ts',
    find: "if (second !== '?' && second !== '!') return null;",
    replace: "if (second !== '!') return null;",
    test: 'sip/tolerated/messages.test.ts',
  },
  {
    code: 'XML-8',
    file: 'sip/camera/query.ts',
    find: 'q.sn === envelope.sn && fits(q)',
    replace: 'q.sn === envelope.sn && isCommand(envelope, q.command)',
    test: 'sip/tolerated/messages.test.ts',
  },
  {
    code: 'XML-10',
    file: 'sip/camera/messages.ts',
    find: 'answer(body === null ? 400 : 200,',
    replace: "answer(body === null || (body !== 'empty' && isCommand(body, 'SensorCatalog')) ? 400 : 200,",
    test: 'sip/server.test.ts',
  },
  {
    code: 'XML-11',
    file: 'sip/manscdp/device-status.ts',
    find: "    case 'OK':\n",
    replace: '',
    test: 'sip/manscdp/commands.test.ts',
  },
  {
    code: 'XML-12',
    file: 'sip/camera/directory.ts',
    find: "longitude: degrees(text('Longitude'), 180),",
    replace: "longitude: Number(text('Longitude')),",
    test: 'sip/camera/catalogs.test.ts',
  },
  {
    code: 'XML-13',
    file: 'sip/camera/catalogs.ts',
    find: 'if (sn !== null && collection.begun) return false;',
    replace: 'return false;',
    test: 'sip/camera/catalogs.test.ts',
  },
  {
    code: 'CAT-1',
    file: 'sip/camera/catalog-collection.ts',
    find: 'if (this.#trustCount && !this.sumNumWrong && this.complete) return true;',
    replace: 'return true;',
    test: 'sip/server.test.ts',
  },
  {
    code: 'CAT-2',
    file: 'sip/camera/catalog-collection.ts',
    find: 'return nowMs - this.#lastPartMs >= CATALOG_IDLE_MS;',
    replace: 'return false;',
    test: 'sip/camera/catalogs.test.ts',
  },
  {
    code: 'CAT-3',
    file: 'sip/camera/catalogs.ts',
    find: '      this.#merge(deviceId, part.items);\n      this.#directory.groups',
    replace:
      '      for (const { id } of this.#directory.channels(deviceId)) this.#directory.removeChannel(deviceId, id);\n      this.#merge(deviceId, part.items);\n      this.#directory.groups',
    test: 'sip/camera/catalogs.test.ts',
  },
  {
    code: 'CAT-4',
    file: 'sip/camera/catalogs.ts',
    find: 'return item.id !== this.#platformId && isVideoChannel(item.id);',
    replace: "return item.id !== '';",
    test: 'sip/camera/catalogs.test.ts',
  },
  {
    code: 'CAT-5',
    file: 'sip/camera/directory.ts',
    find: "text('ParentID').split('/').pop() ?? ''",
    replace: "text('ParentID')",
    test: 'sip/camera/catalogs.test.ts',
  },
  {
    code: 'CAT-7',
    file: 'sip/camera/catalogs.ts',
    find: '        if (ignoreStatus) {',
    replace: "        if (item.event === '') {",
    test: 'sip/camera/catalogs.test.ts',
  },
  {
    code: 'CAT-8',
    file: 'sip/camera/catalogs.ts',
    find: "    this.fail(deviceId, { fault: 'timeout', detail: 'no catalogue answer came' });\n    this.addSelf(deviceId);\n",
    replace: "    this.fail(deviceId, { fault: 'timeout', detail: 'no catalogue answer came' });\n",
    test: 'simulator/signalling-quirks.test.ts',
  },
];
