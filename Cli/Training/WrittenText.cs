namespace NativeSsl.Cli.Training;

/// <summary>The text of tokens that come one at a time: a character may be made of several, and whether a space stands before a word may be seen from the token before it.</summary>
/// <param name="tokenizer">Reads the tokens.</param>
/// <param name="before">What they go on from.</param>
sealed class WrittenText(ITokenizer tokenizer, int[] before)
{
    readonly List<int> _tokens = [.. before.Where(token => !tokenizer.IsSpecial(token))];
    readonly string _before = tokenizer.Decode([.. before.Where(token => !tokenizer.IsSpecial(token))]);
    string _shown = "";

    /// <summary>All that has been written.</summary>
    internal string Text => tokenizer.Decode([.. _tokens]) is var whole && whole.StartsWith(_before, StringComparison.Ordinal) ? whole[_before.Length..] : whole;

    /// <summary>What was not given out yet.</summary>
    internal string Rest => Text is var text && text.StartsWith(_shown, StringComparison.Ordinal) ? text[_shown.Length..] : "";

    /// <summary>Takes a token in, and gives out what can be read by now.</summary>
    internal string Add(int token)
    {
        if (tokenizer.IsSpecial(token)) return "";
        _tokens.Add(token);
        string text = Text;
        if (text.EndsWith('\uFFFD') || !text.StartsWith(_shown, StringComparison.Ordinal)) return "";
        string fresh = text[_shown.Length..];
        _shown = text;
        return fresh;
    }
}
