namespace NativeSsl;

/// <summary>
/// BERT: guess the covered words, and tell whether the second text follows the first or comes from another document. Devlin, Chang, Lee &amp; Toutanova 2019,
/// “BERT”, section 3.1, tasks 1 and 2.
/// </summary>
/// <param name="encoder">What is kept of pretraining.</param>
/// <param name="head">The head that guesses words.</param>
/// <param name="init">Draws the weights of the head that answers.</param>
public sealed class NextSentence(TextEncoder encoder, MaskedHead head, Init init) : SentencePairObjective(encoder, head, init)
{
    /// <summary>How likely it is that two texts belong together: that the second follows the first.</summary>
    /// <param name="a">The first text, without marks.</param>
    /// <param name="b">The second.</param>
    /// <param name="marks">The tokens that are no words.</param>
    public double Together(ReadOnlySpan<int> a, ReadOnlySpan<int> b, TextMarks marks) =>
        Probabilities([TextSample.Fitted(marks, a, b, Encoder.Context)], marks)[0];
}
