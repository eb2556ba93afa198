namespace NativeSsl;

/// <summary>A word that may stand in a gap.</summary>
/// <param name="Token">Its number.</param>
/// <param name="Probability">How likely it is.</param>
public readonly record struct Guess(int Token, double Probability);

/// <summary>Filling gaps in a text: what a model that guesses covered words can do without further training.</summary>
public static class Filling
{
    extension(MaskedHead head)
    {
        /// <summary>The likeliest words of every gap, each gap by itself.</summary>
        /// <param name="encoder">The encoder that the head was trained with.</param>
        /// <param name="marks">The tokens that are no words.</param>
        /// <param name="pieces">The text before the first gap, between gaps, and after the last; some may be empty. At least two.</param>
        /// <param name="top">How many words a gap.</param>
        /// <returns>For each gap, words in falling order of probability; marks are not among them, and have no share.</returns>
        /// <exception cref="ShapeException">There is no gap, or the text does not fit into the context.</exception>
        public Guess[][] Fill(TextEncoder encoder, TextMarks marks, IReadOnlyList<int[]> pieces, int top)
        {
            if (pieces.Count < 2) throw new ShapeException("Fill: the text has no gap; write ___ where a word is to be guessed.");
            List<int> text = [.. pieces[0]];
            List<int> places = [];
            foreach (int[] piece in pieces.Skip(1))
            {
                places.Add(1 + text.Count);                                 // behind the mark at the beginning
                text.Add(marks.Mask);
                text.AddRange(piece);
            }
            using var step = new Step(encoder.Backend);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            var (tokens, segments, lengths) = TextSample.Batch(encoder.Backend, [TextSample.Of(marks, [.. text])], marks.Padding);
            Tensor features = encoder.Features(tokens, segments, lengths).Reshape([text.Count + 2, encoder.Width]);
            Tensor logits = head.Logits(features.Gather(Indices.From(encoder.Backend, [places.Count], [.. places])), encoder.Table);
            return [.. logits.ToArray().Chunk(encoder.Vocabulary).Select(row => Likeliest(row, marks, top))];
        }
    }

    static Guess[] Likeliest(float[] logits, TextMarks marks, int top)
    {
        (int Token, double Logit)[] words = [.. logits.Select((logit, token) => (token, (double)logit)).Where(word => !marks.IsSpecial(word.token))];
        double most = words.Max(word => word.Logit), sum = words.Sum(word => Math.Exp(word.Logit - most));
        return [.. words.OrderByDescending(word => word.Logit).Take(top).Select(word => new Guess(word.Token, Math.Exp(word.Logit - most) / sum))];
    }
}
