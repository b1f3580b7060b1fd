"""Counts what holds. What does not is printed, and the last line says "N passed, N failed", as test.sh reads it."""
passed = failed = 0


def expect(holds, what):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print(f"FAILED {what}")


def conclude():
    """The exit status."""
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
