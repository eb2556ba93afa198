namespace NativeSsl;

/// <summary>
/// Cuts a paragraph into sentences by a plain rule for European scripts: after <c>. ! ? …</c> and closing quotes, if a space follows and then something
/// that begins a sentence (a capital letter, a digit, an opening quote). Titles (<c>Mr.</c>) and initials (<c>J.</c>) end none. No letter is lost.
/// </summary>
public static class Sentences
{
    const string Ends = ".!?…", Closing = "\"'”’)]»", Opening = "\"'“‘([«—";

    static readonly HashSet<string> Titles = new(StringComparer.OrdinalIgnoreCase)
        { "Mr", "Mrs", "Ms", "Dr", "St", "Messrs", "Esq", "Capt", "Col", "Gen", "Lieut", "Hon", "Rev", "Prof", "No", "Vol", "vs", "etc", "e.g", "i.e" };

    /// <summary>The sentences in order, without the white space around them; none of a blank text.</summary>
    public static IEnumerable<string> Split(string paragraph)
    {
        int start = 0;
        for (int i = 0; i < paragraph.Length; i++)
        {
            if (!Ends.Contains(paragraph[i], StringComparison.Ordinal)) continue;
            int end = i + 1;
            while (end < paragraph.Length && (Ends + Closing).Contains(paragraph[end], StringComparison.Ordinal)) end++;
            if (!BeginsAt(paragraph, end) || IsAbbreviation(paragraph, start, i)) { i = end - 1; continue; }
            yield return paragraph[start..end].Trim();
            (start, i) = (end, end - 1);
        }
        string rest = paragraph[start..].Trim();
        if (rest.Length > 0) yield return rest;
    }

    static bool BeginsAt(string text, int place)
    {
        int next = place;
        while (next < text.Length && char.IsWhiteSpace(text[next])) next++;
        return next > place && next < text.Length
            && (char.IsUpper(text[next]) || char.IsDigit(text[next]) || Opening.Contains(text[next], StringComparison.Ordinal));
    }

    // The word in front of a full stop, if it is one that a full stop does not end.
    static bool IsAbbreviation(string text, int start, int stop)
    {
        if (text[stop] != '.') return false;
        int first = stop;
        while (first > start && (char.IsLetter(text[first - 1]) || text[first - 1] == '.')) first--;
        string word = text[first..stop];
        return Titles.Contains(word) || (word.Length == 1 && char.IsUpper(word[0]) && word[0] != 'I');
    }
}
