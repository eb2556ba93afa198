namespace NativeSsl;

/// <summary>A token that is matched in the text as a whole, before anything else: a special one such as <c>[MASK]</c>, or a word of a trade.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">How it is written.</param>
/// <param name="Special">It stands for no text, and plain encoding never makes it.</param>
/// <param name="Normalized">It is looked for in the normalized text.</param>
/// <param name="LeftStrip">White space before it belongs to it.</param>
/// <param name="RightStrip">White space after it belongs to it.</param>
sealed record AddedToken(int Id, string Content, bool Special = true, bool Normalized = false, bool LeftStrip = false, bool RightStrip = false);

/// <summary>Finds added tokens in a text; where several begin, the longest counts.</summary>
sealed class AddedTokens
{
    readonly Dictionary<char, (string Text, AddedToken Token)[]> _byFirst;

    /// <param name="tokens">What to look for.</param>
    /// <param name="normalizer">Through which the written form goes first, for tokens that are looked for in normalized text.</param>
    internal AddedTokens(IEnumerable<AddedToken> tokens, INormalizer? normalizer = null) =>
        _byFirst = tokens.Select(token => (Text: normalizer is null ? token.Content : normalizer.Apply(token.Content), Token: token))
            .Where(static entry => entry.Text.Length > 0)
            .GroupBy(static entry => entry.Text[0])
            .ToDictionary(static group => group.Key, static group => group.OrderByDescending(static entry => entry.Text.Length).ToArray());

    /// <summary>Cuts a text at the tokens in it: stretches of text with no token, and tokens with no text, in order.</summary>
    internal IEnumerable<(string Text, AddedToken? Token)> Cut(string text, bool withSpecials)
    {
        int start = 0;
        for (int at = 0; _byFirst.Count > 0 && at < text.Length;)
        {
            if (Match(text, at, withSpecials) is not { } found)
            {
                at++;
                continue;
            }
            int end = at, next = at + found.Text.Length;
            if (found.Token.LeftStrip) while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
            if (found.Token.RightStrip) while (next < text.Length && char.IsWhiteSpace(text[next])) next++;
            if (end > start) yield return (text[start..end], null);
            yield return ("", found.Token);
            start = at = next;
        }
        if (start < text.Length) yield return (start == 0 ? text : text[start..], null);
    }

    (string Text, AddedToken Token)? Match(string text, int at, bool withSpecials)
    {
        if (_byFirst.TryGetValue(text[at], out (string Text, AddedToken Token)[]? candidates))
            foreach ((string Text, AddedToken Token) candidate in candidates)
                if ((withSpecials || !candidate.Token.Special) && text.AsSpan(at).StartsWith(candidate.Text, StringComparison.Ordinal)) return candidate;
        return null;
    }
}
