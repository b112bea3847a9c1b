# ilink-hub as an image. Build and run:
#   docker build -t ilink-hub .
#   docker run -d -p 127.0.0.1:8765:8765 -v ilink-hub-data:/data ilink-hub
# The runtime is built against glibc, so both stages are Debian's slim images.

FROM node:22-bookworm-slim AS build
WORKDIR /build
COPY deno.json deno.lock main.ts ./
COPY src src
COPY plugins plugins
COPY tools tools
RUN npx -y deno@2.9.6 task build

FROM debian:bookworm-slim
RUN useradd --uid 10001 --user-group --create-home --shell /usr/sbin/nologin ilink-hub \
  && install -d -o ilink-hub -g ilink-hub -m 0700 /data \
  && install -d -o ilink-hub -g ilink-hub /plugins
COPY --from=build /build/dist/ilink-hub /usr/local/bin/ilink-hub
USER ilink-hub
# Shows that the executable starts here; a stand-in also unpacks itself now instead of at the first start.
RUN ["ilink-hub", "--version"]

# The database, the keys and the admin token. Plugins of your own go into /plugins.
VOLUME /data
# In a container, loopback would be heard by nobody; what is published is decided by `docker run -p`.
ENV ILINK_HUB_DATA=/data ILINK_HUB_PLUGINS=/plugins ILINK_HUB_ADDR=0.0.0.0:8765
EXPOSE 8765
# The first signal lets the poll in flight and all sends end: give `docker stop` 60 s.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["ilink-hub", "health"]
ENTRYPOINT ["ilink-hub"]
CMD ["serve"]
