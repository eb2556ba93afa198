namespace NativeSsl;

/// <summary>Reads texts and writes what they are to become: translations, summaries. Texts of like lengths are worked on together.</summary>
/// <param name="model">Reads and writes.</param>
/// <param name="frame">From texts to tokens and back.</param>
/// <param name="context">The most tokens that are read, the end included; longer texts lose their ends.</param>
public sealed class Rewriter(SequenceModel model, SequenceFrame frame, int context)
{
    /// <summary>Texts that are worked on at once.</summary>
    public const int Batch = 16;

    /// <summary>What the model writes for each text, in their order; the best of its beams.</summary>
    /// <param name="texts">The texts, with the prefix that names the task.</param>
    /// <param name="length">The most tokens that are written, the end included.</param>
    /// <param name="beams">How many beginnings are followed; 1 always takes the likeliest token.</param>
    /// <param name="noRepeatNGram">So many tokens in a row are written once at most; 0 for no limit.</param>
    /// <exception cref="NativeSslException">An option is out of range, or the model gives probabilities that are not numbers.</exception>
    /// <exception cref="MalformedFileException">A text has a character that the tokenizer does not know.</exception>
    public IReadOnlyList<string> Write(IReadOnlyList<string> texts, int length, int beams = 1, int noRepeatNGram = 0)
    {
        var options = new BeamOptions { Beams = beams, MaxTokens = length, NoRepeatNGram = noRepeatNGram, Start = frame.Padding, End = frame.End };
        int[][] tokens = [.. texts.Select(text => frame.Tokens(text, context))];
        string[] written = new string[texts.Count];
        // The longest come first: if there is no room for a batch, that is known at once.
        foreach (int[] places in Enumerable.Range(0, tokens.Length).OrderByDescending(i => tokens[i].Length).ThenBy(i => i).Chunk(Batch))
        {
            (Indices inputs, Indices lengths) = SequencePairs.Rows(model.Backend, [.. places.Select(place => tokens[place])], frame.Padding);
            IReadOnlyList<IReadOnlyList<Hypothesis>> found = model.BeamSearch(inputs, options, lengths);
            for (int i = 0; i < places.Length; i++) written[places[i]] = frame.Text(found[i][0].Tokens);
        }
        return written;
    }
}
