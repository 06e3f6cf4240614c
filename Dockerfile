# sipsim in a container: docker build -t sipsim . && docker run --rm -v "$PWD:/work" sipsim run scenario.yaml
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential cmake ninja-build pkg-config \
        libfyaml-dev libssl-dev libuv1-dev libc-ares-dev libsqlite3-dev libjs-chart.js ca-certificates && rm -rf /var/lib/apt/lists/*
COPY . /source
RUN cmake -S /source -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr/local \
    && cmake --build /build && cmake --install /build

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libfyaml0 libssl3 libuv1 libc-ares2 libsqlite3-0 && rm -rf /var/lib/apt/lists/*
COPY --from=build /usr/local /usr/local
WORKDIR /work
ENTRYPOINT ["sipsim"]
CMD ["help"]
