"""The FTP server of a controller's CPU: pyftpdlib with one account.

    plc_ftp.py BIND FOLDER BANNER USER PASSWORD
"""
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

bind, folder, banner, user, password = sys.argv[1:]
authorizer = DummyAuthorizer()
authorizer.add_user(user, password, folder, perm="elr")


class Handler(FTPHandler):
    pass


Handler.authorizer = authorizer
Handler.banner = banner
FTPServer((bind, 21), Handler).serve_forever()
