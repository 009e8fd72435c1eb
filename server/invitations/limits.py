"""Limits of the process that makes documents, and the exit codes by which it says what went wrong."""

MAX_SECONDS = 20
# Fonts with Chinese characters are mapped into memory.
MAX_MEMORY = 3 * 1024**3
NO_FONTS = 3
# In the order of preference. Debian: fonts-noto-core, fonts-noto-cjk, fonts-wqy-microhei.
PLAIN = ("Noto Serif", "Noto Sans", "DejaVu Serif", "Libertinus Serif")
CHINESE = ("Noto Serif CJK SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei")
