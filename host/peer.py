#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The peer of docs/peer.md for a VMM that the runner does not start: serves until it is interrupted."""

import argparse
import os
import socket
import sys

from touchstone.peer import Line, Peer, Stream, Tap, packet_socket


def serve_each(path: str) -> None:
    """Serves the VMMs that connect to a UNIX socket, one after the other."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        try:
            while True:
                serve(Stream(server.accept()[0]))
        finally:
            os.unlink(path)


def serve(line: Line) -> None:
    peer = Peer(line)
    try:
        peer.serve()
    finally:
        peer.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="host/peer.py", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--tap", metavar="NAME", help="behind this tap device, which must be up; needs CAP_NET_RAW")
    where.add_argument("--listen", metavar="PATH", help="behind a UNIX stream socket of that name, each frame behind its length, as QEMU's "
                       "-netdev stream and libkrun's passt interface have it")
    options = parser.parse_args()
    try:
        if options.tap:
            serve(Tap(packet_socket(options.tap)))
        else:
            serve_each(options.listen)
    except OSError as error:
        print(f"peer.py: {options.tap or options.listen}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


sys.exit(main())
