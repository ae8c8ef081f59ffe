/// The shim that `run` preloads into Node before 22.21, which does not read proxy variables by itself.
///
/// It covers `http`, `https` and `fetch` by the agents' own prototypes; an agent with a way of its own is left alone.
enum NodePreload {
    static let source = #"""
        // Written by `stoplog run`; --no-preload leaves it out.
        'use strict';
        (() => {
          const [major, minor] = process.versions.node.split('.').map(Number);
          if (major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21)) return;
          const text = process.env.HTTPS_PROXY || process.env.https_proxy;
          if (!text) return;
          let proxy;
          try { proxy = new URL(text); } catch { return; }
          if (proxy.protocol !== 'http:') return;
          const proxyHost = proxy.hostname.replace(/^\[|\]$/g, '');
          const proxyPort = Number(proxy.port || 80);
          const authorization = proxy.username
            ? 'Basic ' + Buffer.from(decodeURIComponent(proxy.username) + ':' + decodeURIComponent(proxy.password)).toString('base64')
            : null;
          const direct = (process.env.NO_PROXY || process.env.no_proxy || '').toLowerCase().split(/[\s,]+/).filter(Boolean);

          const http = require('http');
          const https = require('https');
          const net = require('net');
          const tls = require('tls');

          function bypasses(host, port) {
            const name = String(host || 'localhost').toLowerCase().replace(/^\[|\]$/g, '');
            if (name === proxyHost && Number(port) === proxyPort) return true;
            return direct.some((entry) => {
              if (entry === '*') return true;
              const at = /^(.*?)(?::(\d+))?$/.exec(entry);
              if (at[2] && Number(at[2]) !== Number(port)) return false;
              const suffix = at[1].replace(/^\*?\./, '');
              return name === suffix || name.endsWith('.' + suffix);
            });
          }

          const bracketed = (host) => (net.isIPv6(host) ? `[${host}]` : host);

          // A CONNECT tunnel; `done(error, socket)` is called once.
          function tunnel(host, port, done) {
            const socket = net.connect(proxyPort, proxyHost);
            const authority = `${bracketed(host)}:${port}`;
            let head = Buffer.alloc(0);
            let settled = false;
            const finish = (error) => {
              if (settled) return;
              settled = true;
              socket.removeListener('data', onData);
              socket.removeListener('error', finish);
              socket.removeListener('end', onEnd);
              if (error) { socket.destroy(); done(error); } else { socket.pause(); done(null, socket); }
            };
            const onEnd = () => finish(new Error('the proxy closed the connection'));
            const onData = (chunk) => {
              head = Buffer.concat([head, chunk]);
              const end = head.indexOf('\r\n\r\n');
              if (end < 0) {
                if (head.length > 65536) finish(new Error('the head of the proxy\'s answer is too large'));
                return;
              }
              const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1'));
              if (!status || status[1][0] !== '2') {
                const error = new Error(`the proxy refused ${authority}: ${head.toString('latin1').split('\r\n')[0]}`);
                error.code = 'ERR_PROXY_TUNNEL';
                finish(error);
                return;
              }
              const rest = head.subarray(end + 4);
              if (rest.length) socket.unshift(rest);
              finish(null);
            };
            socket.on('data', onData);
            socket.on('error', finish);
            socket.on('end', onEnd);
            socket.on('connect', () => {
              socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n`
                + (authorization ? `Proxy-Authorization: ${authorization}\r\n` : '') + '\r\n');
            });
          }

          // https: an agent's connection is a tunnel with TLS inside.
          const connectTLS = https.Agent.prototype.createConnection;
          https.Agent.prototype.createConnection = function createConnection(...args) {
            const options = args[0] !== null && typeof args[0] === 'object' ? args[0] : null;
            const callback = typeof args[args.length - 1] === 'function' ? args[args.length - 1] : null;
            if (!options || !callback || options.socketPath || options.socket
                || bypasses(options.host, options.port || 443)) {
              return connectTLS.apply(this, args);
            }
            tunnel(options.host, options.port || 443, (error, socket) => {
              if (error) return callback(error);
              const inner = { ...options, socket };
              if (options.servername === undefined && !net.isIP(options.host)) inner.servername = options.host;
              let secure;
              try { secure = connectTLS.call(this, inner); } catch (failure) { socket.destroy(); return callback(failure); }
              callback(null, secure);
            });
            return undefined;
          };

          // http: the request goes to the proxy in absolute form.
          const { addRequest, createSocket } = http.Agent.prototype;
          const connectPlain = http.Agent.prototype.createConnection;
          http.Agent.prototype.addRequest = function (request, options, ...rest) {
            const isPlain = options !== null && typeof options === 'object' && !options.socketPath
              && request.protocol === 'http:' && !(this instanceof https.Agent)
              && this.createSocket === createSocket && this.createConnection === connectPlain
              && !options.createConnection && request.method !== 'CONNECT' && request.path.startsWith('/');
            const port = isPlain ? Number(options.port || 80) : 0;
            if (!isPlain || bypasses(options.host, port)) return addRequest.call(this, request, options, ...rest);
            const authority = bracketed(options.host || 'localhost') + (port === 80 ? '' : `:${port}`);
            const path = `http://${authority}${request.path}`;
            if (request._header) {
              // Made before the agent is asked: with `Expect`, or with headers given as a list.
              const line = `${request.method} ${request.path} HTTP/1.1\r\n`;
              const head = `${request.method} ${path} HTTP/1.1\r\n`
                + (authorization ? `Proxy-Authorization: ${authorization}\r\n` : '');
              const rewrite = (text) => (typeof text === 'string' && text.startsWith(line) ? head + text.slice(line.length) : text);
              request._header = rewrite(request._header);
              for (const item of request.outputData) item.data = rewrite(item.data);
            } else if (authorization && !request.hasHeader('proxy-authorization')) {
              request.setHeader('Proxy-Authorization', authorization);
            }
            request.path = path;
            return addRequest.call(this, request, {
              ...options, host: proxyHost, hostname: proxyHost, port: proxyPort, path,
            }, ...rest);
          };

          // fetch: Node's own client with another way to connect, made at the first use.
          const key = Symbol.for('undici.globalDispatcher.1');
          let isReady = false;
          function prepareFetch() {
            if (isReady) return;
            isReady = true;
            void globalThis.Response;
            const current = globalThis[key];
            const Agent = current && current.constructor;
            if (!Agent || Agent.name !== 'Agent') return;
            const connect = (options, callback) => {
              const isTLS = options.protocol === 'https:';
              const host = options.hostname.replace(/^\[|\]$/g, '');
              const port = Number(options.port || (isTLS ? 443 : 80));
              const secure = (socket) => {
                const inner = tls.connect({
                  socket, host, ALPNProtocols: ['http/1.1'],
                  servername: options.servername || (net.isIP(host) ? '' : host),
                });
                inner.once('secureConnect', () => { inner.removeListener('error', callback); callback(null, inner); });
                inner.once('error', callback);
              };
              if (!isTLS || bypasses(host, port)) {
                const socket = net.connect(port, host);
                socket.setNoDelay(true);
                socket.once('error', callback);
                socket.once('connect', () => {
                  socket.removeListener('error', callback);
                  if (isTLS) secure(socket); else callback(null, socket);
                });
                return;
              }
              tunnel(host, port, (error, socket) => (error ? callback(error) : secure(socket)));
            };
            class GateAgent extends Agent {
              dispatch(options, handler) {
                const url = new URL(options.origin);
                if (url.protocol === 'http:' && !bypasses(url.hostname, url.port || 80)) {
                  const headers = withProxyFields(options.headers, url.host);
                  options = { ...options, path: url.origin + options.path, origin: `http://${bracketed(proxyHost)}:${proxyPort}`, headers };
                }
                return super.dispatch(options, handler);
              }
            }
            globalThis[key] = new GateAgent({ connect });
          }

          function withProxyFields(headers, host) {
            const list = [];
            if (Array.isArray(headers)) list.push(...headers);
            else if (headers && typeof headers[Symbol.iterator] === 'function') for (const [k, v] of headers) list.push(k, v);
            else if (headers) for (const [k, v] of Object.entries(headers)) list.push(k, v);
            const names = list.filter((_, index) => index % 2 === 0).map((name) => String(name).toLowerCase());
            if (!names.includes('host')) list.push('host', host);
            if (authorization && !names.includes('proxy-authorization')) list.push('proxy-authorization', authorization);
            return list;
          }

          if (typeof globalThis.fetch === 'function') {
            const original = globalThis.fetch;
            const fetch = function fetch(input, init = undefined) {
              try { prepareFetch(); } catch { /* fetch goes its own way */ }
              return original(input, init);
            };
            Object.defineProperty(globalThis, 'fetch', { value: fetch, writable: true, enumerable: true, configurable: true });
          }
        })();

        """#
}
