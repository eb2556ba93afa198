namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>−x, element by element.</summary>
        public Tensor Negate() => x.Map<Negate>("negate");

        /// <summary>eˣ, element by element.</summary>
        public Tensor Exp() => x.Map<Exp>("exp");

        /// <summary>ln x, element by element: −∞ at 0, NaN below.</summary>
        public Tensor Log() => x.Map<Log>("log");

        /// <summary>√x, element by element: NaN below 0. Its slope at 0 is ∞.</summary>
        public Tensor Sqrt() => x.Map<Sqrt>("sqrt");

        /// <summary>x², element by element.</summary>
        public Tensor Square() => x.Map<Square>("square");

        /// <summary>tanh x, element by element.</summary>
        public Tensor Tanh() => x.Map<Tanh>("tanh");

        /// <summary>σ(x) = 1 / (1 + e⁻ˣ), element by element.</summary>
        public Tensor Sigmoid() => x.Map<Sigmoid>("sigmoid");
    }
}
