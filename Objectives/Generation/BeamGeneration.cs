namespace NativeSsl;

/// <summary>
/// Writing the likeliest texts, from left to right, several at once. Sutskever, Vinyals &amp; Le 2014, “Sequence to sequence learning with neural networks”,
/// section 3.2: of all texts one token longer the likeliest are followed, and one that ends leaves its place; scored as in Wu et al. 2016, equation 14.
/// </summary>
public static class BeamGeneration
{
    // A text in the making: its last token, and the text before that.
    sealed record Beam(int Token, Beam? Before, double LogProbability, int Length);

    extension(SequenceModel model)
    {
        /// <summary>What the model writes about each input: for each up to as many texts as there are beams, the best first.</summary>
        /// <param name="inputs">What is read, <c>[texts, length]</c>.</param>
        /// <param name="options">How many, how long, and the tokens to begin and end with.</param>
        /// <param name="lengths">How many inputs of each text are no padding, <c>[texts]</c>; all if null.</param>
        /// <remarks>With one beam this is greedy. Equally likely tokens are taken in their order, so the result is a function of the model.</remarks>
        /// <exception cref="NativeSslException">An option is out of range, or the model gives probabilities that are not numbers.</exception>
        /// <exception cref="ShapeException">Inputs are not <c>[texts, length]</c>, or lengths do not fit.</exception>
        /// <exception cref="IndexException">A token is not in the vocabulary.</exception>
        public IReadOnlyList<IReadOnlyList<Hypothesis>> BeamSearch(Indices inputs, BeamOptions options, Indices? lengths = null)
        {
            options.Check(model.Vocabulary);
            SequenceCache cache = Read(model, inputs, options, lengths);
            int texts = inputs.Shape[0];
            Beam?[] beams = new Beam?[texts * options.Beams];                   // those of a text stand in a row
            for (int text = 0; text < texts; text++) beams[text * options.Beams] = new Beam(options.Start, null, 0, 0);
            List<Hypothesis>[] done = [.. Enumerable.Range(0, texts).Select(_ => new List<Hypothesis>())];
            for (int length = 0; length < options.MaxTokens && beams.Any(beam => beam is not null); length++)
            {
                float[] logs = Next(model, cache, [.. beams.Select(beam => beam?.Token ?? options.Start)]);
                int[] origins = [.. Enumerable.Range(0, beams.Length)];
                for (int text = 0; text < texts; text++) Follow(text, beams, logs, options, done[text], origins);
                using var step = new Step(model.Backend);
                cache.Reorder(Indices.From(model.Backend, [origins.Length], origins));
            }
            for (int row = 0; row < beams.Length; row++)
                if (beams[row] is { } beam) done[row / options.Beams].Add(Written(beam, options, ended: false));
            return [.. done.Select(list => list.OrderByDescending(hypothesis => hypothesis.Score).ToArray())];
        }
    }

    // One token more for the beams of a text; origins says which beam each one goes on from.
    static void Follow(int text, Beam?[] beams, float[] logs, BeamOptions options, List<Hypothesis> done, int[] origins)
    {
        int first = text * options.Beams, vocabulary = logs.Length / beams.Length, place = first;
        (int Row, int Token)[] likeliest = Likeliest(beams, first, options, options.Beams - done.Count, logs, vocabulary);
        Beam[] next = [.. likeliest.Select(found => Longer(beams[found.Row]!, found.Token, logs[found.Row * vocabulary + found.Token]))];
        beams.AsSpan(first, options.Beams).Clear();
        for (int i = 0; i < next.Length; i++)
            if (next[i].Token == options.End) done.Add(Written(next[i], options, ended: true));
            else (origins[place], beams[place++]) = (likeliest[i].Row, next[i]);
    }

    static Beam Longer(Beam beam, int token, double log) => new(token, beam, beam.LogProbability + log, beam.Length + 1);

    // The likeliest continuations of a text's beams, best first; equally likely ones by beam and token.
    static (int Row, int Token)[] Likeliest(Beam?[] beams, int first, BeamOptions options, int wanted, float[] logs, int vocabulary)
    {
        var worstFirst = Comparer<(double Log, long Place)>.Create((a, b) => a.Log != b.Log ? a.Log.CompareTo(b.Log) : b.Place.CompareTo(a.Place));
        var kept = new PriorityQueue<long, (double Log, long Place)>(worstFirst);
        for (int row = first; row < first + options.Beams; row++)
        {
            if (beams[row] is not { } beam) continue;
            HashSet<int> repeating = Repeating(beam, options.NoRepeatNGram);
            for (int token = 0; token < vocabulary; token++)
            {
                long place = (long)row * vocabulary + token;
                (double Log, long Place) candidate = (beam.LogProbability + logs[place], place);
                if (double.IsNaN(candidate.Log))
                    throw new NativeSslException($"BeamSearch: the probability of token {token} is NaN; was the model trained to the end?");
                if (double.IsNegativeInfinity(candidate.Log) || repeating.Contains(token)) continue;
                if (kept.Count < wanted) kept.Enqueue(place, candidate);
                else if (wanted > 0) kept.EnqueueDequeue(place, candidate);
            }
        }
        var found = new (int, int)[kept.Count];
        for (int i = found.Length; i-- > 0;)
        {
            long place = kept.Dequeue();
            found[i] = ((int)(place / vocabulary), (int)(place % vocabulary));
        }
        return found;
    }

    // With which tokens a text would end in n tokens that stand in it already.
    static HashSet<int> Repeating(Beam beam, int n)
    {
        if (n == 0 || beam.Length < n) return [];
        List<int> text = Text(beam);
        int last = text.Count - (n - 1);
        return [.. Enumerable.Range(0, last).Where(i => text.Slice(i, n - 1).SequenceEqual(text.Slice(last, n - 1))).Select(i => text[i + n - 1])];
    }

    static List<int> Text(Beam beam)
    {
        var tokens = new List<int>(beam.Length);
        for (Beam at = beam; at.Before is not null; at = at.Before) tokens.Add(at.Token);
        tokens.Reverse();
        return tokens;
    }

    static Hypothesis Written(Beam beam, BeamOptions options, bool ended)
    {
        List<int> tokens = Text(ended ? beam.Before! : beam);
        return new Hypothesis(tokens, beam.LogProbability, options.Score(beam.LogProbability, beam.Length), ended);
    }

    static SequenceCache Read(SequenceModel model, Indices inputs, BeamOptions options, Indices? lengths)
    {
        using var step = new Step(model.Backend);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        return model.NewCache(model.Encode(inputs, lengths), lengths, options.MaxTokens, options.Beams);
    }

    // ln of the probabilities of every beam's next token, [beams, vocabulary].
    static float[] Next(SequenceModel model, SequenceCache cache, int[] tokens)
    {
        using var step = new Step(model.Backend);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        return model.Decode(Indices.From(model.Backend, [tokens.Length, 1], tokens), cache).Linear(model.Head).LogSoftmax().ToArray();
    }
}
