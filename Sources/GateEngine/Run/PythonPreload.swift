/// The `sitecustomize` that `run` preloads into Python.
///
/// It imports nothing that Python has not imported by then, chains to the application's own `sitecustomize`, and
/// patches a library only when the application imports it; every step of it fails in silence.
enum PythonPreload {
    static let source = #"""
        # Written by `stoplog run`; --no-preload leaves it out.
        import sys


        def _stoplog_setup():
            import os

            bundle = os.environ.get("SSL_CERT_FILE")

            def patch_ssl(ssl):
                # Clients that bundle their roots name them here: such a context trusts the gate as well.
                context = ssl.SSLContext
                load = context.load_verify_locations
                server = getattr(ssl, "PROTOCOL_TLS_SERVER", None)

                def load_verify_locations(self, cafile=None, capath=None, cadata=None):
                    load(self, cafile, capath, cadata)
                    if bundle and cafile != bundle and self.protocol != server:
                        try:
                            load(self, bundle)
                        except Exception:
                            pass

                context.load_verify_locations = load_verify_locations

            def patch_certifi(certifi):
                if bundle and os.path.exists(bundle):
                    certifi.where = lambda: bundle

                    def contents():
                        with open(bundle) as file:
                            return file.read()

                    certifi.contents = contents

            def patch_stripe(stripe):
                if bundle and hasattr(stripe, "ca_bundle_path"):
                    stripe.ca_bundle_path = bundle

            def patch_aiohttp(client):
                session = client.ClientSession
                init = session.__init__

                def __init__(self, *args, **kwargs):
                    kwargs.setdefault("trust_env", True)
                    init(self, *args, **kwargs)

                __init__.__doc__ = init.__doc__
                __init__.__wrapped__ = init
                session.__init__ = __init__

            patches = {
                "ssl": patch_ssl,
                "certifi": patch_certifi,
                "stripe": patch_stripe,
                "aiohttp.client": patch_aiohttp,
            }

            def apply(name, module):
                patch = patches.pop(name, None)
                if patch is not None:
                    try:
                        patch(module)
                    except Exception:
                        pass

            class Finder(object):
                @staticmethod
                def find_spec(name, path=None, target=None):
                    if name not in patches:
                        return None
                    for finder in sys.meta_path:
                        if finder is Finder or not hasattr(finder, "find_spec"):
                            continue
                        spec = finder.find_spec(name, path, target)
                        if spec is not None:
                            return wrapped(name, spec)
                    return None

            def wrapped(name, spec):
                loader = spec.loader
                run = getattr(loader, "exec_module", None)

                def exec_module(module):
                    del loader.exec_module
                    run(module)
                    apply(name, module)

                try:
                    if run is not None:
                        loader.exec_module = exec_module
                except Exception:
                    pass
                return spec

            for name in list(patches):
                if name in sys.modules:
                    apply(name, sys.modules[name])
            sys.meta_path.insert(0, Finder)


        def _stoplog_chain():
            # The application's own sitecustomize, which ours hides.
            import os

            here = os.path.dirname(os.path.abspath(__file__))
            sys.path[:] = [p for p in sys.path if os.path.abspath(p or ".") != here]
            sys.path_importer_cache.pop(here, None)
            mine = sys.modules.pop("sitecustomize", None)
            try:
                import sitecustomize  # noqa: F401
            except ImportError as error:
                if mine is not None:
                    sys.modules["sitecustomize"] = mine
                if getattr(error, "name", "sitecustomize") != "sitecustomize":
                    raise


        try:
            _stoplog_setup()
        except Exception:
            pass
        _stoplog_chain()

        """#
}
