"""Chromium without a window, the same way for whatever looks at the pages"""
import functools, http.server, shutil, threading

flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update',
         '--disable-sync']


def launch(playwright):
    "Start it; no download, it is the one of this machine"
    chromium = shutil.which('chromium') or shutil.which('google-chrome')
    return playwright.chromium.launch(executable_path=chromium, args=flags)


def server(folder):
    "A folder on a port of this machine, as a static host serves it"
    handler = http.server.SimpleHTTPRequestHandler
    quiet = type('Quiet', (handler,), dict(log_message=lambda *_: None))
    here = functools.partial(quiet, directory=str(folder))
    httpd = http.server.ThreadingHTTPServer(('127.0.0.1', 0), here)
    # a page that is closed early hangs up; what is missing, the page itself reports
    httpd.handle_error = lambda *_: None
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    return f'http://127.0.0.1:{httpd.server_port}/'


def retype(page, text):
    "Replace what is in the field that has the focus, by keyboard"
    page.keyboard.press('Control+A')
    page.keyboard.press('Delete')
    page.keyboard.type(text)
