namespace NativeSsl;

/// <summary>Writing on where a text ends.</summary>
public static class Generation
{
    extension(LanguageModel model)
    {
        /// <summary>New tokens, one after the other, as they are asked for.</summary>
        /// <param name="prompt">The text so far, at least one token; only as much of it counts as the context has room for.</param>
        /// <param name="options">How to choose, and when to stop.</param>
        /// <remarks>When the context is full, the model reads the latest half of it again and goes on from there.</remarks>
        /// <exception cref="NativeSslException">An option is out of range.</exception>
        /// <exception cref="ShapeException">The prompt is empty.</exception>
        /// <exception cref="IndexException">A token of the prompt is not in the vocabulary.</exception>
        public IEnumerable<int> Generate(IReadOnlyList<int> prompt, SamplingOptions? options = null)
        {
            options ??= new SamplingOptions();
            options.Check();
            if (prompt.Count == 0) throw new ShapeException("Generate: the prompt is empty; give at least one token to begin with.");
            return Tokens(model, prompt, options);
        }
    }

    static IEnumerable<int> Tokens(LanguageModel model, IReadOnlyList<int> prompt, SamplingOptions options)
    {
        // Room for a whole context is tens of megabytes in a large model: no more than will be written.
        KeyValueCache cache = model.NewCache(capacity: (int)Math.Min(model.Context, (long)prompt.Count + options.MaxTokens));
        List<int> text = [.. prompt];
        int[] unread = [.. text.TakeLast(cache.Capacity)];
        for (int place = 0; place < options.MaxTokens; place++)
        {
            if (cache.Length + unread.Length > cache.Capacity)
            {
                cache.Reset();
                unread = [.. text.TakeLast(Math.Max(1, cache.Capacity / 2))];
            }
            int token = Sampler.Choose(Next(model, cache, unread), options, place);
            if (options.StopTokens.Contains(token)) yield break;
            text.Add(token);
            unread = [token];
            yield return token;
        }
    }

    // The logits after the last of the given tokens. A step of its own: none may stay open while the caller looks at a token.
    static float[] Next(LanguageModel model, KeyValueCache cache, int[] tokens)
    {
        using var step = new Step(model.Backend);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor features = model.Features(Indices.From(model.Backend, [1, tokens.Length], tokens), cache);
        return features.Gather(Indices.From(model.Backend, [1], tokens.Length - 1), 1).Linear(model.Head).ToArray();
    }
}
