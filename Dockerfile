# Packshot in one container: web server, workers and, unless REDIS_URL names a server, the queue.
# All data lies in the volume /data. See compose.yaml.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.lock .
RUN pip install --require-hashes -r requirements.lock
COPY . .
# Compiled now: the user below may not write here, and every start would compile anew.
RUN python -m compileall -q . \
    && useradd --uid 10001 --create-home packshot \
    && install -d -o packshot -g packshot /data

ENV HOST=0.0.0.0 PORT=8000 VAR_DIR=/data
USER packshot
VOLUME /data
EXPOSE 8000
# The header stands for a TLS proxy: without it an https site would redirect instead of answering.
# A first start fetches weights, hence the long start period.
HEALTHCHECK --interval=15s --timeout=10s --start-period=300s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', headers={'X-Forwarded-Proto': 'https'}), timeout=8)"]
CMD ["python", "-m", "config.launch"]
