# Builds the page and the code, then keeps only what runs.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/web/dist ./web/dist
RUN ln -s /app/dist/bin/gbgate.js /usr/local/bin/gbgate && mkdir /data && chown node:node /data
USER node
VOLUME /data
ENV GBGATE_DATA=/data
# SIP (UDP and TCP), API and page, media (UDP and TCP). With host networking nothing has to be published.
EXPOSE 5060/udp 5060/tcp 8080/tcp 30000-31999/udp 30000-31999/tcp
# Plain, or with a certificate that is made for other names than 127.0.0.1.
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "const at = (kind) => fetch(`${kind}://127.0.0.1:${process.env.GBGATE_HTTP_PORT ?? 8080}/healthz`); process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; at('http').catch(() => at('https')).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["gbgate"]
CMD ["serve"]
