namespace NativeSsl;

/// <summary>
/// GPT-2's letters for bytes (openai/gpt-2, <c>encoder.py</c>, bytes_to_unicode): a byte that Latin-1 prints is that character; the other 68,
/// controls and spaces, are the characters from U+0100 on. So a space is Ġ, and every piece is readable and without white space.
/// </summary>
static class ByteAlphabet
{
    static readonly char[] Letters = Make();
    static readonly Dictionary<char, byte> Bytes = Letters.Select((letter, value) => (letter, value))
        .ToDictionary(pair => pair.letter, pair => (byte)pair.value);

    /// <summary>The letter of a byte.</summary>
    internal static char Letter(int value) => Letters[value];

    /// <summary>The byte of a letter.</summary>
    internal static bool TryByte(char letter, out byte value) => Bytes.TryGetValue(letter, out value);

    /// <summary>All bytes in the order of the published vocabularies: those that print, then the others.</summary>
    internal static IEnumerable<int> Order => Enumerable.Range(0, 256).Where(Prints).Concat(Enumerable.Range(0, 256).Where(static value => !Prints(value)));

    static bool Prints(int value) => value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;

    static char[] Make()
    {
        char[] letters = new char[256];
        int next = 0x100;
        for (int value = 0; value < 256; value++) letters[value] = (char)(Prints(value) ? value : next++);
        return letters;
    }
}
